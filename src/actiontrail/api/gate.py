"""The gate that every request goes through: who asks, whether they may, then what they asked for.

There is no other way to an operation, to search, to access or to the record, so nothing is done that nobody was
allowed to do, and nothing is done or refused without an event of it (`api/chronicle.py`). Authorization comes before
anything is looked at: who may not ask learns nothing by asking.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from actiontrail.access.authority import Authority
from actiontrail.access.conditions import Context
from actiontrail.access.keys import Caller
from actiontrail.api import wire
from actiontrail.api.chronicle import Doing
from actiontrail.api.deeds import Deed, Telling
from actiontrail.api.looks import named
from actiontrail.api.origin import PEER_HEADER, Networks, Origin, context, origin
from actiontrail.api.signature import Sent
from actiontrail.errors import Refusal

T = TypeVar("T")
CONSOLE = {"sessionCredentialFromConsole": "true"}  # by which the channel is told


class Admitted(NamedTuple):
    """Who was let in, and what the conditions of policies may ask of their request."""

    caller: Caller
    context: Context


def _nothing(_: object) -> Mapping[str, Any]:
    return {}


class Planned(NamedTuple, Generic[T]):
    """A request that was understood: what it asks for, and what does it once that is allowed.

    `shown` is what of the answer goes into the event of a change.
    """

    deed: Deed
    run: Callable[["Admitted"], T]
    shown: Callable[[T], Mapping[str, Any]] = _nothing


class Callers(Protocol):
    """Who tells callers apart."""

    def caller(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Caller:
        """Who sends this. Raises a `Refusal` that says why nobody is believed."""
        ...

    def claimed(self, target: str, headers: Mapping[str, str], body: bytes) -> Caller | None:
        """Who the request says to be from, without believing it; None if there is no such caller."""
        ...


class Deeds(Protocol):
    """Who keeps the chronicle."""

    def doing(self, told: Telling) -> AbstractContextManager[Doing]:
        """The deed is recorded however it ends."""
        ...

    def tried(self, told: Telling) -> None:
        """Record a request that was not believed to be the caller's."""


class Unrecorded:
    """Keeps no chronicle: for a gate without a record behind it."""

    @contextmanager
    def doing(self, told: Telling) -> Iterator[Doing]:
        """Nothing is recorded."""
        yield Doing(told)

    def tried(self, told: Telling) -> None:
        """Nothing is recorded."""


class Stands(NamedTuple):
    """Where a gate stands: in which region, and behind which proxies."""

    region: str
    trusted: Networks = ()


class Attempt(NamedTuple):
    """A request that was turned away."""

    where: Origin
    request_id: str
    error: Refusal


class Gate:
    """Lets requests through. Safe to share between threads."""

    def __init__(
        self,
        callers: Callers,
        authority: Authority,
        *,
        stands: Stands,
        deeds: Deeds | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._callers = callers
        self._authority = authority
        self.region = stands.region
        self._trusted = stands.trusted
        self._deeds: Deeds = deeds or Unrecorded()
        self._now = now

    def perform(self, sent: Sent, request_id: str, plan: Callable[[str], Planned[T]]) -> T:
        """Do what the request asks for, and answer with it. `plan` is given the caller's account.

        Raises a `Refusal` that says why nobody is believed or what they may not do; or what `plan` or the deed raises.
        """
        where = origin(sent.headers.get(PEER_HEADER, ""), sent.headers, self._trusted)
        try:
            caller = self._callers.caller(*sent)
        except Refusal as error:
            self._tried(sent, Attempt(where, request_id, error), lambda account: plan(account).deed)
            raise
        planned = plan(caller.account)
        told = Telling(
            caller=caller,
            where=where,
            deed=planned.deed,
            request_id=request_id,
            event_type="ConsoleOperation" if caller.kind == "console" and planned.deed.writes else "ApiCall",
            additional=CONSOLE if caller.kind == "console" else {},
            look=named(sent.headers),
        )
        with self._deeds.doing(told) as doing:
            admitted = Admitted(caller, context(where, caller, self._now()))
            self._allow(admitted, planned.deed)
            found = planned.run(admitted)
            doing.answered(planned.shown(found))
        return found

    def admit(self, sent: Sent, deed: Deed, *, peer: str, request_id: str) -> Caller:
        """Who sends it, if they may do `deed`, which the caller of this function does. Raises a `Refusal` otherwise.

        Only refusals are recorded: events that come in are the record themselves.
        """
        try:
            caller = self._callers.caller(*sent)
            known: Context = {}
            if (
                caller.user_id or caller.role_id
            ):  # no policy is asked about anybody else: it costs them nothing
                known = context(origin(peer, sent.headers, self._trusted), caller, self._now())
            self._allow(Admitted(caller, known), deed)
        except Refusal as error:
            where = origin(peer, sent.headers, self._trusted)
            self._tried(sent, Attempt(where, request_id, error), lambda _: deed)
            raise
        return caller

    def _tried(self, sent: Sent, attempt: Attempt, deed: Callable[[str], Deed]) -> None:
        """Tell a try in vain to the account whose key or token it names; without one there is nobody to tell."""
        claimed = self._callers.claimed(sent.target, sent.headers, sent.body)
        if claimed is None:
            return
        try:
            wanted = deed(claimed.account)
        except Refusal:
            return  # it names no deed of ours
        bare = Deed(action=wanted.action, resource=wanted.resource, version=wanted.version)
        told = Telling(caller=claimed, where=attempt.where, deed=bare, request_id=attempt.request_id)
        self._deeds.tried(told.failed(*wire.told(attempt.error)))

    def _allow(self, admitted: Admitted, deed: Deed) -> None:
        resource = deed.resource
        if resource == "*":
            service = deed.action.partition(":")[0]
            resource = f"acs:{service}:{self.region}:{admitted.caller.account}:*"
        self._authority.check(
            admitted.caller, deed.action, resource, admitted.context, any_region=deed.any_region
        )
