"""Files that people write, read as text: what is not UTF-8 is refused, with its line."""

import sys
from pathlib import Path

from actiontrail.errors import Refusal

STDIN = "-"


class NotText(Refusal):
    """A file that should be text is not UTF-8."""


def text_in(file: Path) -> str:
    """The text of `file`, of standard input for `-`. Raises `NotText`, and the `OSError` that says why it cannot be read."""
    whole = sys.stdin.buffer.read() if str(file) == STDIN else file.read_bytes()
    try:
        return whole.decode()
    except UnicodeDecodeError as error:
        line = whole.count(b"\n", 0, error.start) + 1
        name = "standard input" if str(file) == STDIN else str(file)
        raise NotText(f"{name} is not UTF-8 in line {line}; write it in UTF-8") from error
