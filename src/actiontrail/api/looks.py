"""A look at a page of the console is one event, however many questions the page asks. Pure, but for its memory.

A page names its look in the header `x-actiontrail-look`, at random, and anew whenever somebody goes elsewhere. What it asks
in one go is told together: the question that the page is about, and beside it every other one with what was asked. The
same question again under the same look, as a page asks that watches something, is not told again for an hour.

A name only says what belongs together. Whatever it is, a question that is new is told; so nobody hides one behind a name.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import msgspec

from actiontrail.api.deeds import Telling, bounded

HEADER = "x-actiontrail-look"
PAUSE_SECONDS = 1.0  # a look is over when everything is answered, and nothing more was asked for so long
LOOK_SECONDS = 10.0  # or when it began so long ago
AGAIN_SECONDS = 3600.0  # until the same question of the same look is told again
TOGETHER_MAX = 20  # questions in one event
QUESTION_BYTES_MAX = 4096  # a longer one is an event of its own
KNOWN_MAX = 500  # questions that are remembered of one look
LOOKS_MAX = 2000
# What leaves the console as a file or goes on for ever is told by itself.
ALONE = frozenset({"ExportEvents", "WatchEvents"})
# What a page is about, the most telling first; anything else comes after these, in the order in which it was asked.
ABOUT = (
    "GetOverview",
    "GetActor",
    "GetAccessKeyActivity",
    "GetResourceHistory",
    "GetSurroundings",
    "GetMatches",
    "SearchEvents",
    "QueryEvents",
    "GetEvent",
)
_NAME = re.compile(r"[A-Za-z0-9-]{8,64}")


class Asked(NamedTuple):
    """A deed that went well, and when that was."""

    told: Telling
    at: float


@dataclass(slots=True)
class _Look:
    """What waits to be told of one look, and which questions were told or wait."""

    last: float  # when something of it began or ended
    waiting: list[Asked] = field(default_factory=list)
    known: dict[bytes, float] = field(default_factory=dict)
    open: int = 0  # questions that are being answered


def named(headers: Mapping[str, str]) -> str:
    """The look that a request belongs to; empty if it says none."""
    name = headers.get(HEADER, "")
    return name if _NAME.fullmatch(name) else ""


class Looks:
    """Looks under way. Safe to share between threads."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._looks: dict[tuple[object, ...], _Look] = {}
        self._gone: list[_Look] = []  # let go before their time, because there were too many

    @contextmanager
    def asking(self, told: Telling) -> Iterator[None]:
        """While this lasts, the look that `told` is a part of is not over."""
        if not _is_part(told):
            yield
            return
        with self._lock:
            look = self._look(told)
            look.open += 1
        try:
            yield
        finally:
            with self._lock:
                look.open, look.last = look.open - 1, self._now()

    def take(self, told: Telling) -> bool:
        """Whether `told` will be told as a part of a look, or was already. False: it is an event of its own."""
        if not _is_part(told):
            return False
        question = msgspec.json.encode([told.deed.action, told.deed.parameters], order="deterministic")
        if len(question) > QUESTION_BYTES_MAX:
            return False
        digest, now = hashlib.sha256(question).digest(), self._now()
        with self._lock:
            look = self._look(told)
            if now - look.known.get(digest, now - AGAIN_SECONDS) < AGAIN_SECONDS:
                return True
            look.known.pop(digest, None)
            look.known[digest] = now
            if len(look.known) > KNOWN_MAX:
                del look.known[next(iter(look.known))]
            look.waiting.append(Asked(told, now))
        return True

    def _look(self, told: Telling) -> _Look:
        """The look that it is a part of. The one that was asked under last is the last to be let go."""
        caller, where, now = told.caller, told.where, self._now()
        key = (caller.account, caller.principal_id, caller.since, where.address, where.agent, told.look)
        look = self._looks.pop(key, None) or _Look(now)
        look.last = now
        self._looks[key] = look
        if len(self._looks) > LOOKS_MAX:
            self._gone.append(self._looks.pop(next(iter(self._looks))))
        return look

    def over(self, *, all_: bool = False) -> list[Asked]:
        """What is to be told now, each look as one; with `all_`, whether or not it is over."""
        now, found = self._now(), []
        with self._lock:
            gone, here = (
                ((look, True) for look in self._gone),
                ((look, all_) for look in self._looks.values()),
            )
            for look, at_once in (*gone, *here):
                while look.waiting and (at_once or _is_over(look, now)):
                    found.append(look.waiting[:TOGETHER_MAX])
                    del look.waiting[:TOGETHER_MAX]
            self._gone.clear()
            self._looks = {
                key: look
                for key, look in self._looks.items()
                if look.waiting or look.open or now - look.last < AGAIN_SECONDS
            }
        return [one_of(asked) for asked in found]


def _is_part(told: Telling) -> bool:
    return (
        bool(told.look)
        and told.caller.kind == "console"
        and not told.deed.writes
        and told.deed.name not in ALONE
    )


def _is_over(look: _Look, now: float) -> bool:
    return (
        len(look.waiting) >= TOGETHER_MAX
        or now - look.waiting[0].at >= LOOK_SECONDS
        or (not look.open and now - look.last >= PAUSE_SECONDS)
    )


def one_of(asked: Iterable[Asked]) -> Asked:
    """The questions of a look as the one that it is about, the others beside it. Pure."""
    in_order = sorted(asked, key=lambda one: one.at)
    main = min(in_order, key=lambda one: _rank(one.told))
    others = [_beside(one.told) for one in in_order if one is not main]
    if not others:
        return main
    told = replace(main.told, additional={**main.told.additional, "questions": others})
    return Asked(told, in_order[0].at)


def _rank(told: Telling) -> int:
    name = told.deed.name
    return ABOUT.index(name) if name in ABOUT else len(ABOUT)


def _beside(told: Telling) -> dict[str, Any]:
    return {
        "eventName": told.deed.name,
        "requestId": told.request_id,
        "requestParameters": bounded(told.deed.parameters),
    }
