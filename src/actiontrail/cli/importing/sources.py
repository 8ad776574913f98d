"""Which files an import reads: files, folders, patterns and standard input, by the names they have.

Nothing is left out silently: what is skipped is told with its reason.
"""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from actiontrail.errors import Refusal

STDIN = "-"
ENDINGS = (".json", ".jsonl", ".ndjson", ".log")
PACKED = (".gz", ".zst")


class NothingThere(Refusal):
    """A path or pattern names nothing."""


class Source(NamedTuple):
    """A file to read, or standard input. `format` is empty where its path does not tell."""

    path: str
    format: str = ""


class Skipped(NamedTuple):
    """A file that is not read, and why."""

    path: str
    reason: str


def find(paths: Iterable[str]) -> Iterator[Source | Skipped]:
    """What `paths` name, each file once, folders in the order of their names. Raises `NothingThere`."""
    seen: set[str] = set()
    for given in paths:
        for found in _expand(given):
            if found.path not in seen:
                seen.add(found.path)
                yield found


def _expand(given: str) -> Iterator[Source | Skipped]:
    if given == STDIN:
        yield Source(STDIN)
    elif Path(given).is_dir():
        yield from _folder(given)
    elif Path(given).exists():
        yield _by_path(given)
    elif glob.has_magic(given):
        matches = sorted(glob.glob(given, recursive=True))  # noqa: PTH207 - the pattern may be absolute
        if not matches:
            raise NothingThere(f"no file matches {given}")
        for match in matches:
            yield from _folder(match) if Path(match).is_dir() else (_by_path(match),)
    else:
        raise NothingThere(f"there is no file {given}")


def _folder(folder: str) -> Iterator[Source | Skipped]:
    for parent, children, names in os.walk(folder):
        children.sort()
        for name in sorted(names):
            path = str(Path(parent) / name)
            if name.startswith("."):
                yield Skipped(path, "its name begins with a dot")
                continue
            yield (
                _by_path(path)
                if _is_known(name)
                else Skipped(path, "its ending is not one of a file of events")
            )


def _is_known(name: str) -> bool:
    stem = name.lower()
    for ending in PACKED:
        if stem.endswith(ending):
            return True  # delivered objects are named without .json
    return stem.endswith(ENDINGS)


def _by_path(path: str) -> Source | Skipped:
    """What the folders above say: trails deliver into trees with fixed names."""
    parts = set(Path(path).parts)
    if "AWSLogs" in parts and "CloudTrail-Digest" in parts:
        return Skipped(path, "a CloudTrail digest: it signs files of events and holds none")
    if "AWSLogs" in parts and parts & {"CloudTrail", "CloudTrail-Insight"}:
        return Source(path, "cloudtrail")
    if "AliyunLogs" in parts and parts & {"Actiontrail", "Actiontrail-Insight"}:
        return Source(path, "actiontrail")
    return Source(path)
