"""How a command ends: the exit codes, and errors in plain words on stderr.

Standard output holds the answer and nothing else, so that it can be piped; whatever goes wrong is
said on standard error, with `--json` as one JSON object, and the exit code says which kind it was.
"""

import errno
import sys
from typing import NamedTuple, TextIO

import msgspec

from actiontrail.errors import Corruption, Outage, Refusal

OK = 0
BUG = 1
USAGE = 2
REFUSED = 3
OUT = 4
CORRUPT = 5
INTERRUPTED = 130

EXIT_CODES: dict[int, str] = {
    OK: "done",
    BUG: "a bug in the command itself: there is a traceback, please report it",
    USAGE: "the command line is not one that the command understands",
    REFUSED: "refused: what was asked for will not be done, and asking again changes nothing",
    OUT: "outage: the server, or something that it leans on, did not answer; try again later",
    CORRUPT: "corruption: the record, or a piece of evidence, does not agree with itself",
    INTERRUPTED: "interrupted from the keyboard",
}

# What helps somebody at a command line; the rooms that raise these do not know who asks, a page or a program too.
REMEDIES: dict[str, str] = {
    "NoDirectory": "`actiontrail directory create` makes one.",
    "UnknownAccount": "`actiontrail accounts list` shows those that there are.",
    "UnknownCredential": "`actiontrail keys list` shows those that there are.",
    "UnknownPolicy": "`actiontrail policies list` shows those that there are.",
    "UnknownRole": "`actiontrail roles list` shows those that there are.",
    "UnknownUser": "`actiontrail users list` shows those that there are.",
}

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
FILES: dict[int, str] = {
    errno.EACCES: "Run it as somebody who may read and write there.",
    errno.EISDIR: "Name a file.",
    errno.ENOENT: "Is the path right?",
    errno.ENOTDIR: "A part of the path is a file; name a folder.",
    errno.EPERM: "Run it as somebody who may read and write there.",
    errno.EROFS: "Nothing can be written there; name a place that is not read-only.",
}


class Failure(NamedTuple):
    """What the user is told."""

    code: str
    message: str
    remedy: str
    exit_code: int


class Refused(Refusal):
    """The server said no. `code` and `message` are its own; `request_id` finds the request in its log."""

    def __init__(self, code: str, message: str, *, request_id: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id
        self.remedy = remedy


class Unanswered(Outage):
    """The server did not answer, or said that it cannot now."""

    def __init__(
        self, code: str, message: str, *, retry_after: float | None = None, remedy: str = ""
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.code = code
        self.remedy = remedy


def describe(error: Exception) -> Failure:
    """What to say about `error`, which is one of the three kinds, or an `OSError` of a file the user named."""
    code = str(getattr(error, "code", "") or type(error).__name__)
    remedy = str(getattr(error, "remedy", "") or REMEDIES.get(type(error).__name__, ""))
    if isinstance(error, Outage):
        wait = error.retry_after
        remedy = remedy or ("Try again later." if wait is None else f"Try again in {wait:g} seconds.")
        return Failure(code, str(error), remedy, OUT)
    if isinstance(error, Corruption):
        return Failure(code, str(error), remedy, CORRUPT)
    return Failure(code, str(error), remedy, REFUSED)


def of_file(error: OSError) -> Failure | None:
    """What to say of a file, or of the disk, that would not do; None if nobody named it, which is a bug."""
    if error.errno in FULL:
        where = f"{error.filename}: " if error.filename else ""
        return Failure("File", f"{where}{error.strerror}", "Free some space, and do it again.", OUT)
    if error.filename is None:
        return None
    remedy = FILES.get(error.errno or 0, "")
    return Failure("File", f"{error.filename}: {error.strerror}", remedy, REFUSED)


def say(failure: Failure, *, as_json: bool, to: TextIO | None = None) -> None:
    """Tell the user on standard error. What a server says is shown as text, never obeyed as terminal codes."""
    stream = to or sys.stderr
    if as_json:
        error = {"code": failure.code, "message": failure.message, "remedy": failure.remedy}
        stream.write(msgspec.json.encode({"error": error}).decode() + "\n")
        return
    stream.write(f"actiontrail: {printable(failure.message)}\n")
    if failure.remedy and failure.remedy not in failure.message:
        stream.write(f"  {printable(failure.remedy)}\n")


def printable(text: str) -> str:
    """`text` without control characters: an event may hold escape sequences that would rewrite a terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else f"\\x{ord(char):02x}" for char in text)
