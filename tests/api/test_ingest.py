"""`POST /v1/events`: what senders are told, and what bounds what they can send."""

import asyncio
import gzip
import json
from concurrent.futures import Future
from typing import Any

import pytest
from tests.kit.house import NoPolicies
from tests.kit.sequencing import MemorySequencer
from tests.kit.service import events

from actiontrail.access.authority import Authority
from actiontrail.access.keys import Caller
from actiontrail.api.asgi import Flight, Message
from actiontrail.api.deeds import Deed
from actiontrail.api.ingest import RESULTS_MAX, Ingest
from actiontrail.api.metrics import RecorderMeters
from actiontrail.api.signature import Sent
from actiontrail.capture.intake import Intake, Limits
from actiontrail.capture.masking import Masker
from actiontrail.errors import Outage
from actiontrail.ledger.candidate import Receipt

BODY_MAX = 1 << 20


class OpenDoor:
    """Lets everybody in, as the same caller."""

    def __init__(self, *, may_record: bool = True) -> None:
        self._caller = Caller(
            account="1000000000000001",
            kind="token" if may_record else "key",
            principal_id="p",
            user_name="u",
            access_key_id="t-1",
            any_account=False,
            user_id="" if may_record else "200000000000000001",
        )

    def admit(self, sent: Sent, deed: Deed, *, peer: str, request_id: str) -> Caller:
        Authority(NoPolicies()).check(self._caller, deed.action, deed.resource, {})
        return self._caller


class Face:
    """Ingest over a ledger in memory."""

    def __init__(self, *, flight: int = 1 << 22, may_record: bool = True) -> None:
        self.sequencer = MemorySequencer()
        self.flight = Flight(flight)
        self.meters = RecorderMeters()
        intake = Intake(self.sequencer, Limits(4096, BODY_MAX, 16), Masker())
        self._ingest = Ingest(
            OpenDoor(may_record=may_record), intake, self.meters, body_bytes_max=BODY_MAX, flight=self.flight
        )

    def post(
        self, *parts: bytes, query: bytes = b"", method: str = "POST", **headers: str
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """One request, whose body comes in `parts`."""
        return asyncio.run(self._post(list(parts), query, method, headers))

    async def _post(
        self, parts: list[bytes], query: bytes, method: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        sent: list[Message] = []
        scope = {
            "type": "http",
            "method": method,
            "path": "/v1/events",
            "raw_path": b"/v1/events",
            "query_string": query,
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }

        async def receive() -> Message:
            if not parts:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._ingest(scope, receive, send)
        self._ingest.close()
        start, body = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], json.loads(body["body"]), told


def test_each_event_s_place_is_told_in_runs() -> None:
    """A thousand events in a row are one line of the answer; a repeat says where it first stood."""
    face = Face()
    face.sequencer.submit([])
    status, answer, _ = face.post(events("a", "b", "a", "c"))

    assert (status, answer["accepted"], answer["repeated"], answer["refused"]) == (200, 3, 1, 0)
    assert answer["places"] == [
        {"item": 1, "index": 0, "count": 2},
        {"item": 3, "index": 0, "count": 1, "repeated": True},
        {"item": 4, "index": 2, "count": 1},
    ]
    assert answer["checkpoint"] == "a checkpoint"


def test_some_refused_is_207_and_names_each() -> None:
    """A sender must know which line to mend, and that the others need not be sent again."""
    status, answer, _ = Face().post(
        events("a") + b"\nrubbish\n" + events("b"), content_type="application/x-ndjson"
    )

    assert (status, answer["accepted"], answer["refused"]) == (207, 2, 1)
    (refused,) = answer["results"]
    assert (refused["line"], refused["item"], refused["status"], refused["code"]) == (
        2,
        2,
        "refused",
        "UnmappableEvent",
    )
    assert refused["remedy"]


def test_none_taken_is_400() -> None:
    """A status that looks like success would hide that nothing is recorded."""
    status, answer, _ = Face().post(b"{}\n{}", content_type="application/x-ndjson")

    assert (status, answer["Code"], answer["refused"]) == (400, "NoEventTaken", 2)


def test_all_results_lists_each_event_with_its_index() -> None:
    """Who wants a receipt per event can have it."""
    _, answer, _ = Face().post(events("a", "b"), query=b"results=all")

    assert [(line["eventId"], line["index"], line["status"]) for line in answer["results"]] == [
        ("a", 0, "accepted"),
        ("b", 1, "accepted"),
    ]


def test_an_answer_does_not_grow_without_end() -> None:
    """A hundred thousand refusals are counted; a thousand are told."""
    _, answer, _ = Face().post(b"{}\n" * (RESULTS_MAX + 5) + events("a"))

    assert (len(answer["results"]), answer["unlisted"], answer["refused"]) == (
        RESULTS_MAX,
        5,
        RESULTS_MAX + 5,
    )


def test_a_compressed_body_is_taken() -> None:
    """Shippers compress; the signature covers the bytes as sent."""
    status, answer, _ = Face().post(gzip.compress(events("a", "b")), content_encoding="gzip")

    assert (status, answer["accepted"]) == (200, 2)


TURNED_AWAY = [
    ("a length beyond the limit", {"content_length": str(BODY_MAX + 1)}, [b""], 413),
    ("more bytes than the limit, in pieces", {}, [b"x" * BODY_MAX, b"y"], 413),
    ("a bomb", {"content_encoding": "gzip"}, [gzip.compress(bytes(BODY_MAX * 8))], 413),
    ("a picture", {"content_type": "image/png"}, [b"x"], 415),
    ("an unknown compression", {"content_encoding": "br"}, [b"x"], 415),
    ("nothing", {}, [b""], 400),
]


@pytest.mark.parametrize(
    ("what", "headers", "parts", "status"), TURNED_AWAY, ids=[row[0] for row in TURNED_AWAY]
)
def test_a_body_that_cannot_be_taken_is_refused_whole(
    what: str, headers: dict[str, str], parts: list[bytes], status: int
) -> None:
    """With its code and a remedy, with nothing recorded, and with its bytes given back."""
    face = Face()
    got, answer, _ = face.post(*parts, **headers)

    assert (got, face.sequencer.candidates, face.flight.bytes) == (status, [], 0)
    assert answer["Code"]
    assert answer["Message"]


def test_a_full_queue_is_told_with_a_time_to_come_back() -> None:
    """Pushback is said at once and in a form that every client knows; the bytes are given back."""
    face = Face()
    face.sequencer.full = True
    status, answer, headers = face.post(events("a"))

    assert (status, answer["Code"], headers["retry-after"], face.flight.bytes) == (
        503,
        "ServiceUnavailable",
        "1",
        0,
    )


def test_too_many_bytes_in_flight_are_pushed_back_before_they_are_read() -> None:
    """Memory is bounded whatever the number of senders; one alone is always let in."""
    face = Face(flight=100)
    face.flight.take(90)
    assert face.post(events("a"), content_length="50")[0] == 503
    face.flight.give(90)
    assert face.post(events("a"), content_length="500")[0] == 200
    assert face.flight.bytes == 0


class Failing(MemorySequencer):
    """Takes everything, and then cannot make it durable."""

    def submit(self, candidates: Any) -> "Future[Receipt]":
        future: Future[Receipt] = Future()
        future.set_exception(Outage("the disk failed"))
        return future


def test_what_could_not_be_made_durable_is_not_acknowledged() -> None:
    """The one promise that everything else rests on."""
    face = Face()
    face._ingest._intake = Intake(Failing(), Limits(4096, BODY_MAX, 16), Masker())  # type: ignore[assignment]
    status, answer, _ = face.post(events("a"))

    assert (status, "accepted" in answer) == (503, False)


def test_a_credential_that_only_reads_records_nothing() -> None:
    """Rights are checked after the signature and before the body is looked at."""
    face = Face(may_record=False)

    assert (face.post(events("a"))[0], face.sequencer.candidates) == (403, [])


@pytest.mark.parametrize(
    ("method", "query", "status"),
    [("GET", b"", 405), ("POST", b"results=few", 400), ("POST", b"formt=gcp", 400)],
)
def test_a_request_that_asks_for_what_there_is_not_is_refused(method: str, query: bytes, status: int) -> None:
    """A misspelt parameter that is passed over does something else than its sender thinks."""
    assert Face().post(events("a"), method=method, query=query)[0] == status
