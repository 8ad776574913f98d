"""`actiontrail import`: events from files into the record of a running service."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from actiontrail.cli import failure, output
from actiontrail.cli.operate import Json
from actiontrail.cli.questions import ProfileName

if TYPE_CHECKING:
    from actiontrail.cli.importing.reading import Batch
    from actiontrail.cli.importing.sending import Outcome, Sender
    from actiontrail.cli.importing.sources import Source
    from actiontrail.cli.importing.state import State

Format = Annotated[
    str, typer.Option("--format", help="The format of all events, instead of telling it from each.")
]
REASONS_MAX = 1000  # refused events that are named one by one; all are counted
REASONS_SHOWN = 20
SAVE_SECONDS = 2.0


def register(app: typer.Typer) -> None:
    """Put this family's command into `app`."""
    app.command("import")(import_)


def import_(
    paths: Annotated[
        list[str], typer.Argument(help="Files, folders, patterns; `-` for standard input.", metavar="PATH")
    ],
    *,
    format: Format = "",  # noqa: A002 - what the option is called
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and count everything, send nothing.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Remember what is done, and go on from there.")
    ] = False,
    state: Annotated[Path, typer.Option(help="Where --resume remembers.")] = Path(".actiontrail-import.json"),
    connections: Annotated[int, typer.Option(min=1, max=32, help="How many batches are sent at once.")] = 4,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds that a batch waits for a server that is busy or down.")
    ] = 300.0,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Take events in from files, any number of times: what is there already is not stored again.

    Ends with exit code 3 if an event was refused or a file could not be read; all others are in.
    """
    from actiontrail.cli.importing import sending, sources
    from actiontrail.cli.importing.state import State
    from actiontrail.cli.profile import load

    tally = Tally()
    known = State(state if resume else None)
    found = list(sources.find(paths))
    tally.skipped = [item for item in found if isinstance(item, sources.Skipped)]
    files = [item for item in found if isinstance(item, sources.Source)]
    begun = time.monotonic()
    with _Progress(files, shown=not as_json) as progress:
        read = _read(files, known, tally)
        if dry_run:
            for batch in read:
                tally.read(batch)
                progress.show(tally)
        else:
            sender = sending.Sender(_connector(load(profile)), format=format, patience=patience)
            _send(sender, read, known, tally, progress, connections=connections)
    tally.seconds = time.monotonic() - begun
    _report(tally, as_json=as_json, dry_run=dry_run)
    if tally.refused or tally.unreadable:
        raise typer.Exit(failure.REFUSED)


@dataclass(slots=True)
class Tally:
    """What became of all events."""

    files: int = 0
    done_before: int = 0
    events: int = 0
    bytes: int = 0
    stored: int = 0
    repeated: int = 0
    refused: int = 0
    seconds: float = 0.0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    skipped: list[Any] = field(default_factory=list)

    def read(self, batch: "Batch") -> None:
        """`batch` was read."""
        self.events += batch.events
        self.bytes += len(batch.body)

    def answered(self, outcome: "Outcome") -> None:
        """A batch was answered."""
        self.stored += outcome.stored
        self.repeated += outcome.repeated
        self.refused += outcome.refused
        for turned in outcome.turned:
            self.kinds[turned.code or turned.reason] += 1
            if len(self.reasons) < REASONS_MAX:
                place = outcome.batch.place(turned.number)
                self.reasons.append(
                    {"place": place, "code": turned.code, "reason": turned.reason, "remedy": turned.remedy}
                )


def _connector(profile: Any) -> Any:  # noqa: ANN401 - a Profile, imported where it is used
    from actiontrail.cli.client import Client

    return lambda: Client(profile)


def _read(files: "list[Source]", known: "State", tally: Tally) -> "Iterator[Batch]":
    """The batches of all files; a file that cannot be read is noted and costs the others nothing."""
    from actiontrail.cli.importing import reading

    for source in files:
        tally.files += 1
        start = known.start(source)
        if start is None:
            tally.done_before += 1
            continue
        number = start.number
        try:
            for batch in reading.batches(source, start):
                number += batch.events
                yield batch
        except reading.Unreadable as error:
            tally.unreadable.append(str(error))
        except OSError as error:
            tally.unreadable.append(f"{source.path}: {error.strerror or error}")
        else:
            known.read(source, number)


def _send(
    sender: "Sender",
    read: "Iterator[Batch]",
    known: "State",
    tally: Tally,
    progress: "_Progress",
    *,
    connections: int,
) -> None:
    known.save()  # who cannot remember is told before anything is sent
    saved = time.monotonic()
    try:
        for outcome in sender.send_all(read, connections=connections):
            tally.read(outcome.batch)
            tally.answered(outcome)
            known.answered(outcome.batch)
            progress.show(tally)
            if time.monotonic() - saved > SAVE_SECONDS:
                known.save()
                saved = time.monotonic()
    finally:
        known.save()


class _Progress:
    """A line on the terminal that shows how far the import has come; nothing where standard error is none."""

    def __init__(self, files: "list[Source]", *, shown: bool) -> None:
        import sys

        self._bar: Any = None
        self._files = files
        self._shown = shown and sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._shown:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("importing")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, tally: Tally) -> None:
        """How far we are now."""
        if self._bar is not None:
            text = (
                f"file {tally.files} of {len(self._files)}: {tally.events:,} events, {tally.bytes / 1e6:,.0f} MB:"
                f" {tally.stored:,} stored, {tally.repeated:,} repeated, {tally.refused:,} refused"
            )
            self._bar.update(self._task, description=text)


def _report(tally: Tally, *, as_json: bool, dry_run: bool) -> None:
    skipped = [item._asdict() for item in tally.skipped]
    if as_json:
        counts = {
            name: getattr(tally, name)
            for name in ("files", "events", "bytes", "stored", "repeated", "refused")
        }
        output.one(
            {
                **counts,
                "dryRun": dry_run,
                "doneBefore": tally.done_before,
                "seconds": round(tally.seconds, 3),
                "reasons": tally.reasons,
                "unreadable": tally.unreadable,
                "skipped": skipped,
            }
        )
        return
    rate = tally.events / tally.seconds if tally.seconds else 0
    output.line(
        f"{tally.events:,} events in {tally.files:,} files, {tally.seconds:.1f} s ({rate:,.0f} events/s)"
    )
    if not dry_run:
        output.line(f"stored    {tally.stored:,}\nrepeated  {tally.repeated:,}\nrefused   {tally.refused:,}")
    for reason in tally.reasons[:REASONS_SHOWN]:
        output.line(f"  {reason['place']}: {reason['reason'].rstrip('.')}. {reason['remedy']}".rstrip())
    if tally.refused > REASONS_SHOWN:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in tally.kinds.most_common(10))
        output.line(f"  … in all: {kinds}")
    for problem in tally.unreadable:
        output.line(f"not read: {problem}")
    if tally.done_before:
        output.line(f"done before: {tally.done_before:,} files")
    for reason, count in Counter(item["reason"] for item in skipped).items():
        output.line(f"skipped: {count:,} files: {reason}")
