"""What is said of each request: a line in the log, a count, and a time.

A line holds no secret: of a request only the method, the path, the status, the time taken and the request
id are told; never the query, the headers or the body, where signatures and tokens are.
"""

import time
from collections.abc import Iterable

import structlog

from actiontrail.api import wire
from actiontrail.api.asgi import Application, Message, Receive, Send, send_reply
from actiontrail.api.metrics import HttpMeters

PATH_CHARS = 200
_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

log = structlog.get_logger("actiontrail.http")
GUARDS = (  # an answer is data: no page, never framed, taken for what it says it is, and kept by nobody
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


class Observed:
    """An ASGI application, observed: each request has an id, is counted and timed, and no failure stays unsaid.

    Every answer leaves with `GUARDS`, whoever made it: a new address cannot forget them.
    """

    def __init__(self, inner: Application, meters: HttpMeters) -> None:
        self._inner = inner
        self._meters = meters

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        started = time.perf_counter()
        scope["actiontrail.request_id"] = wire.new_request_id()
        status = 499  # nobody was answered: whoever asked has hung up

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                for name, value in message["headers"]:
                    if name == b"x-acs-request-id":
                        scope["actiontrail.request_id"] = value.decode("latin-1")
                message = {**message, "headers": _guarded(message["headers"])}
            await send(message)

        try:
            await self._inner(scope, receive, noted)
        except Exception as error:
            log.exception("a bug", request_id=scope["actiontrail.request_id"], path=_path(scope))
            if status == 499:
                status = 500
                reply = wire.refusal(error, scope["actiontrail.request_id"])
                await send_reply(send, *reply)
        finally:
            self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Message, status: int, seconds: float) -> None:
        self._meters.answered(status, seconds)
        tell = log.info if status >= 400 and scope["path"] not in _QUIET_PATHS else log.debug
        tell(
            "answered",
            request_id=scope["actiontrail.request_id"],
            method=scope["method"],
            path=_path(scope),
            status=status,
            ms=round(seconds * 1000, 2),
        )


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """`headers`, and those that keep a browser from doing with an answer what nobody meant, unless it says otherwise itself."""
    said = list(headers)
    names = {name.lower() for name, _ in said}
    return said + [(name, value) for name, value in GUARDS if name not in names]


def _path(scope: Message) -> str:
    return str(scope["path"])[:PATH_CHARS]
