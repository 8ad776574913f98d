"""`actiontrail fsck`: everything in a record derived again and compared with everything stored.

It changes nothing unless told to rebuild, and it may run beside a recorder at work. Damage ends with
exit code 5; what a crash left of an unfinished round is named, and is no damage.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from actiontrail.cli import failure, output
from actiontrail.cli.operate import DATA, Data, Json, need_record, own_vkey

if TYPE_CHECKING:
    from actiontrail.config import Config
    from actiontrail.ledger.fsck import Report
    from actiontrail.store.lock import Lock

FINDINGS_SHOWN = 50


def register(app: typer.Typer) -> None:
    """Put this family's command into `app`."""
    app.command()(fsck)


def fsck(
    *,
    data: Data = DATA,
    key: Annotated[
        str,
        typer.Option(
            "--key", help="The public key (vkey) to believe, instead of that of the record's own key."
        ),
    ] = "",
    projection: Annotated[
        bool,
        typer.Option(
            "--projection", help="Compare the searchable copy as well. The service must be stopped."
        ),
    ] = False,
    rebuild_tiles: Annotated[
        bool,
        typer.Option(
            "--rebuild-tiles", help="Write hash files that differ again. The service must be stopped."
        ),
    ] = False,
    rebuild_projection: Annotated[
        bool,
        typer.Option(
            "--rebuild-projection", help="Make the searchable copy again. The service must be stopped."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check every byte of the record: segments, tree, checkpoint, numbers of each account.

    Exit code 5 if anything is damaged; what is damaged is named, with the records that it touches.
    """
    from actiontrail import config
    from actiontrail.ledger import fsck as ledger_fsck

    need_record(data)
    settings = config.load(data)
    vkey = _one_key(key) if key else own_vkey(data, settings)
    with _progress("records checked", shown=not as_json) as progress, _lock(data, settings, vkey) as lock:
        report = ledger_fsck.check(data, lock=lock, vkey=vkey, progress=progress, rebuild_tiles=rebuild_tiles)
    differing: list[int] | None = None
    if report.clean and (projection or rebuild_projection):
        differing = _projection(data, settings, rebuild=rebuild_projection, shown=not as_json)
    _tell(report, differing, as_json=as_json)
    if not report.clean or differing:
        raise typer.Exit(failure.CORRUPT)


def _one_key(given: str) -> str:
    """The key that was named, or that is in the file. Raises `NotAKey`."""
    from actiontrail.cli.proofs import NotAKey, vkeys_in

    vkeys = vkeys_in(given)
    if len(vkeys) != 1:
        raise NotAKey(f"--key: {given} holds {len(vkeys)} keys; a record is checked against one")
    return vkeys[0]


@contextmanager
def _lock(data: Path, settings: "Config", vkey: str) -> "Iterator[Lock | None]":
    """The lock, read only; None where it cannot be opened, which is itself a finding."""
    from actiontrail.errors import Corruption
    from actiontrail.ledger.note import Verifier
    from actiontrail.store.lock import open_lock

    try:
        lock = open_lock(data, settings.database, Verifier(vkey).name, read_only=True)
    except Corruption:
        yield None
        return
    try:
        yield lock
    finally:
        lock.close()


def _projection(data: Path, settings: "Config", *, rebuild: bool, shown: bool) -> list[int]:
    """The indices of records that the searchable copy tells differently, as many as one page holds."""
    from actiontrail import service
    from actiontrail.ledger.reader import Reader
    from actiontrail.query.engine import Engine
    from actiontrail.query.projection import STRIDE, Projection

    place = settings.clickhouse or data / service.PROJECTION
    known = service.formats_of(data, settings)
    engine = Engine(place, memory_bytes=settings.projection_memory_bytes_max)
    copy = Projection(engine, known, searchable_days=settings.searchable_days)
    ledger = Reader(data)
    try:
        with _progress("rows compared", shown=shown) as progress:
            if rebuild:
                copy.rebuild(ledger, progress=lambda size: progress(size, ledger.size()))
            differing: list[int] = []
            start, end = copy.reach.first, copy.size()
            while start < end and len(differing) < FINDINGS_SHOWN:
                lines = ledger.lines(start, limit=min(STRIDE, end - start))
                if not lines:  # rows of records that the ledger does not have
                    return [*differing, start]
                differing += copy.differences(start, lines)
                start += len(lines)
                progress(start, end)
        return differing
    finally:
        ledger.close()
        copy.close()


@contextmanager
def _progress(what: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing where standard error is none."""
    import sys

    if not (shown and sys.stderr.isatty()):
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _tell(report: "Report", differing: list[int] | None, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        told: dict[str, Any] = {"clean": report.clean and not differing, **msgspec.to_builtins(report)}
        output.one(told if differing is None else {**told, "projectionDiffers": differing})
        return
    output.line(
        f"{report.records:,} records of {report.accounts:,} accounts in {report.segments:,} segments;"
        f" the log has {report.size:,} entries and the root {report.root}"
    )
    for finding in report.findings[:FINDINGS_SHOWN]:
        touched = (
            "" if finding.start is None else f" (records {finding.start} to {finding.end}, not included)"
        )
        output.line(f"{finding.kind}: {finding.place} {finding.problem}{touched}")
    if differing:
        output.line(f"projection: differs at records {', '.join(map(str, differing[:FINDINGS_SHOWN]))}")
    if report.clean and not differing:
        output.line("CLEAN: everything agrees with the signed checkpoint.")
    else:
        output.line(
            f"DAMAGED: {report.damages:,} findings. Stop, keep everything as it is, and compare with a backup."
        )
