"""Admission: a request's body becomes candidates for the sequencer, or refusals with line, reason and remedy.

Nothing is dropped silently: every event of a body is either handed to the sequencer or named in the
answer. What goes on has been masked, is mappable to an event, and is recorded for the sender's own
account, or, if the sender collects for others, for the account that the event names.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from actiontrail.capture.body import unpack
from actiontrail.capture.masking import Masker
from actiontrail.capture.nesting import too_deep
from actiontrail.capture.split import PIECES_MAX, Piece, TooManyEvents, pieces_within, split
from actiontrail.errors import Refusal
from actiontrail.event.formats import BUILT_IN, Formats, Identity, UnknownFormat, UnmappableEvent
from actiontrail.event.formats.quick import look
from actiontrail.event.reading import decode
from actiontrail.event.record import one_line, received_text
from actiontrail.ledger.candidate import Candidate, Receipt

ACCOUNT_CHARS_MAX = 128
EVENT_ID_CHARS_MAX = 512
_OURS = ("", "actiontrail")


class Sequencer(Protocol):
    """What intake needs of the ledger's writer."""

    def submit(self, candidates: Sequence[Candidate]) -> "Future[Receipt]":
        """The receipt to come; raises `Busy` at once when the queue is full."""
        ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What one event may be."""

    event_bytes_max: int
    body_bytes_max: int
    nesting_max: int


class Sender(NamedTuple):
    """On whose behalf events come in, and through which door (`key:LTAI…`, `token:…`)."""

    account: str
    source: str
    any_account: bool = False


class Shape(NamedTuple):
    """What the sender says about the body; empty where it says nothing."""

    content_type: str = ""
    encoding: str = ""
    format: str = ""


class Turned(NamedTuple):
    """An event that was not taken: where it stood, what was wrong with which field, and what to do."""

    line: int
    item: int
    code: str
    reason: str
    remedy: str
    field: str = ""


class Taken(NamedTuple):
    """An event that was handed to the sequencer."""

    line: int
    item: int
    event_id: str
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """A body on its way: what was refused, and, of the rest, the receipt to come (None if nothing is left)."""

    taken: tuple[Taken, ...]
    refused: tuple[Turned, ...]
    receipt: "Future[Receipt] | None"


class NamedFormatUnknown(Refusal):
    """The format that the request names does not exist."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no format {name[:40]!r}. Name one of {', '.join(known)}, or none.")


class _Turn(Exception):
    """One event is refused."""

    def __init__(self, code: str, reason: str, remedy: str, field: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason, self.remedy, self.field = code, reason, remedy, field


class Intake:
    """Takes bodies in. Holds no state but what it was given; safe to call from several threads."""

    def __init__(
        self,
        sequencer: Sequencer,
        limits: Limits,
        masker: Masker,
        *,
        formats: Formats = BUILT_IN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._sequencer = sequencer
        self._limits = limits
        self._masker = masker
        self._formats = formats
        self._now = now

    def take(self, body: bytes, shape: Shape, sender: Sender) -> Pending:
        """Hand the good events of `body` to the sequencer. Raises a `Refusal` for a body that is none, `Busy` for pushback."""
        if shape.format and shape.format not in self._formats:
            raise NamedFormatUnknown(shape.format, self._formats.names)
        pieces = split(unpack(body, shape.encoding, most=self._limits.body_bytes_max), shape.content_type)
        batch = _Batch(shape.format, sender, received_text(self._now()))
        for piece, suspect in zip(
            pieces, self._masker.suspects([piece.raw for piece in pieces]), strict=True
        ):
            self._admit(piece, batch, suspect=suspect)
        receipt = self._sequencer.submit(batch.candidates) if batch.candidates else None
        return Pending(tuple(batch.taken), tuple(batch.refused), receipt)

    def _admit(self, piece: Piece, batch: "_Batch", *, suspect: bool, opened: bool = False) -> None:
        """Put the event of `piece` into `batch`; if it is none, the events that it wraps, once; else the refusal."""
        batch.items += 1
        if batch.items > PIECES_MAX:
            raise TooManyEvents
        try:
            candidate = (None if suspect else self._plain(piece.raw, batch)) or self._candidate(
                piece.raw, batch, suspect=suspect
            )
        except _Turn as turn:
            within = None if opened else pieces_within(piece)
            if not within:
                batch.refused.append(
                    Turned(piece.line, batch.items, turn.code, turn.reason, turn.remedy, turn.field)
                )
                return
            batch.items -= 1
            for inner in within:
                self._admit(inner, batch, suspect=suspect, opened=True)
        else:
            batch.candidates.append(candidate)
            batch.taken.append(Taken(piece.line, batch.items, candidate.event_id, candidate.masked))

    def _plain(self, raw: bytes, batch: "_Batch") -> Candidate | None:
        """What `_candidate` makes of an event of our own that is plain, at half its cost; None says nothing."""
        limits, sender = self._limits, batch.sender
        if batch.format not in _OURS or len(raw) > limits.event_bytes_max or b"\n" in raw or b"\r" in raw:
            return None
        seen = look("actiontrail", raw, brackets_max=limits.nesting_max)
        if seen is None or len(seen[0]) > EVENT_ID_CHARS_MAX or sender.any_account:
            return None
        return Candidate(sender.account, seen[0], raw, batch.received, sender.source, "actiontrail")

    def _candidate(self, raw: bytes, batch: "_Batch", *, suspect: bool) -> Candidate:
        limits, sender = self._limits, batch.sender
        if len(raw) > limits.event_bytes_max:
            raise _Turn(
                "EventTooLarge",
                f"the event has {len(raw)} bytes and {limits.event_bytes_max} are taken",
                "Send a smaller event, or raise event_bytes_max.",
            )
        if too_deep(raw, limits.nesting_max):
            raise _Turn(
                "EventTooDeep",
                f"the JSON is nested deeper than {limits.nesting_max}",
                "Flatten it at the source, or raise nesting_max.",
            )
        event = one_line(raw)
        event, masked = self._masker.mask_suspect(event) if suspect else (event, ())
        name, identity = _recognise(event, batch.format, self._formats)
        account = sender.account
        if sender.any_account:
            account = identity.account
            if not account or len(account) > ACCOUNT_CHARS_MAX:
                raise _Turn(
                    "AccountMissing",
                    "the event names no account, and this credential records for the account that an event names",
                    "Add recipientAccountId, or send it with a key of the account it belongs to.",
                    "recipientAccountId",
                )
        if len(identity.event_id) > EVENT_ID_CHARS_MAX:
            raise _Turn(
                "UnmappableEvent",
                f"the event id has more than {EVENT_ID_CHARS_MAX} characters",
                "Send the id that the source gave.",
                "eventId",
            )
        return Candidate(account, identity.event_id, event, batch.received, sender.source, name, masked)


class _Batch:
    """One body while it is taken in."""

    __slots__ = ("candidates", "format", "items", "received", "refused", "sender", "taken")

    def __init__(self, format: str, sender: Sender, received: str) -> None:  # noqa: A002
        self.format, self.sender, self.received = format, sender, received
        self.items = 0
        self.taken: list[Taken] = []
        self.refused: list[Turned] = []
        self.candidates: list[Candidate] = []


def _recognise(event: bytes, format: str, formats: Formats) -> tuple[str, Identity]:  # noqa: A002
    try:
        if format:
            return format, formats.identify(format, event)
        if seen := look("actiontrail", event):
            return "actiontrail", Identity(*seen)
        format = formats.detect(decode(event))  # noqa: A001
        return format, formats.identify(format, event)
    except UnmappableEvent as error:
        raise _Turn("UnmappableEvent", error.problem, error.remedy, error.field) from error
    except UnknownFormat as error:
        raise _Turn(
            "UnknownFormat",
            str(error),
            f"Name its `format`: one of {', '.join(formats.names)}.",
        ) from error
