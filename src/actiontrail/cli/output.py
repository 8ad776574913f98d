"""Answers on standard output: one JSON value or JSON lines with `--json`, tables for people.

With `--json` nothing else is ever written there.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from actiontrail.cli.failure import printable


def one(value: Any) -> None:  # noqa: ANN401 - any value that JSON can say
    """`value` as one line of JSON."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def line(text: str) -> None:
    """`text` and a line break, without control characters."""
    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """`rows` under `columns`: drawn on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            line("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))
    Console().print(drawn)
