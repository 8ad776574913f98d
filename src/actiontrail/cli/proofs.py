"""`actiontrail proof` and `actiontrail verify`: one event as evidence, and what evidence shows.

`verify` asks no server: a file, and a key that you got from somebody you trust, are all it needs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from actiontrail.cli import output
from actiontrail.cli.operate import Json
from actiontrail.cli.questions import ProfileName, connected, quoted
from actiontrail.errors import Refusal

if TYPE_CHECKING:
    from actiontrail.event.formats import Formats
    from actiontrail.evidence.verdict import Verdict

EVIDENCE_BYTES_MAX = 64 << 20
Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write; it must not exist.")]
Keys = Annotated[
    list[str],
    typer.Option(
        "--key", help="The log's public key (vkey), or a file that holds it. May be given several times."
    ),
]
Origin = Annotated[
    str,
    typer.Option("--origin", help="The log that it must be; otherwise the one that the key is named after."),
]
Handovers = Annotated[
    list[Path],
    typer.Option(
        "--handover",
        help="A note by which a key hands over to its successor, or what GET /log/handover answers: all of them.",
    ),
]

FormatsOf = Annotated[
    Path | None,
    typer.Option(
        "--formats-of",
        exists=True,
        file_okay=False,
        help="A folder whose config.toml declares the format of the event; without it such an event is proved, but not told of.",
    ),
]


class FileExists(Refusal):
    """The file to write is there already."""


class NotAKey(Refusal):
    """What was named as a key is none; nothing was checked."""


class NotHandovers(Refusal):
    """What was named as a list of hand-overs is none; nothing was checked."""


class _Shown(msgspec.Struct):
    """What a log shows under `/log/handover`."""

    handovers: list[str]


class EvidenceTooLarge(Refusal):
    """The file is larger than any evidence."""


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.command()(proof)
    app.command()(verify)


def proof(
    event_id: Annotated[str, typer.Argument(help="The event's id.", metavar="EVENT_ID")],
    *,
    to: Output,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Take one event out as evidence: its record, the proof that the log holds it, and the signed checkpoint."""
    if to.exists():
        raise FileExists(f"{to} exists; evidence is not written over")
    with connected(profile) as client:
        response = client.response("GET", f"/v1/proof/{quoted(event_id)}", headers={"accept": "text/plain"})
    with to.open("xb") as file:
        file.write(response.content)
    if as_json:
        output.one({"eventId": event_id, "file": str(to), "bytes": len(response.content)})
    else:
        output.line(
            f"{to}: {len(response.content):,} bytes. Check it with: actiontrail verify {to} --key VKEY"
        )


def verify(
    file: Annotated[
        Path, typer.Argument(help="A file of evidence.", metavar="FILE", exists=True, dir_okay=False)
    ],
    *,
    key: Keys,
    origin: Origin = "",
    handover: Handovers = [],  # noqa: B006 - typer copies it
    formats_of: FormatsOf = None,
    as_json: Json = False,
) -> None:
    """Check a file of evidence with no server, and say what it has shown and what it has not.

    Exit code 5 if it shows nothing: it was altered, or no key that you named has signed it.
    """
    from actiontrail.evidence import check

    if file.stat().st_size > EVIDENCE_BYTES_MAX:
        raise EvidenceTooLarge(f"{file} has more than {EVIDENCE_BYTES_MAX >> 20} MiB; evidence is smaller")
    vkeys = [vkey for given in key for vkey in vkeys_in(given)]
    notes = handovers_in(handover)
    formats = _formats_of(formats_of)
    verdict = check.check(file.read_bytes(), vkeys, origin or None, notes, formats=formats)
    _tell(verdict, as_json=as_json)


def _formats_of(folder: Path | None) -> "Formats":
    """The formats that are known to who checks: the built-in ones, and those that `folder` declares."""
    from actiontrail.event.formats import BUILT_IN

    if folder is None:
        return BUILT_IN
    from actiontrail import config, service

    return service.formats_of(folder, config.load(folder))


def vkeys_in(given: str) -> list[str]:
    """The keys in `given`, or in the file that it names. A vkey is never the name of a file that is there.

    Raises `NotAKey`.
    """
    from actiontrail.ledger.note import BadKey, Verifier

    path = Path(given)
    named = path.read_text().splitlines() if "+" not in given and path.is_file() else [given]
    vkeys = [line.strip() for line in named if line.strip()]
    for vkey in vkeys:
        try:
            Verifier(vkey)
        except BadKey as error:  # the evidence is not to blame
            raise NotAKey(f"--key: {error}") from error
    return vkeys


def handovers_in(paths: list[Path]) -> list[bytes]:
    """The notes in these files; in one file may be the whole list that a log shows, which must be in order.

    Raises `NotHandovers`, or `BadHandover`.
    """
    from actiontrail.ledger import handover

    notes: list[bytes] = []
    for path in paths:
        content = path.read_bytes()
        if not content.lstrip().startswith(b"{"):
            notes.append(content)
            continue
        try:
            shown = [text.encode() for text in msgspec.json.decode(content, type=_Shown).handovers]
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise NotHandovers(f"{path} is not what GET /log/handover answers: {error}") from error
        handover.in_order(shown)
        notes += shown
    return notes


def _tell(verdict: "Verdict", *, as_json: bool) -> None:
    if as_json:
        output.one(
            {"verified": True, "shown": verdict.shown, "notShown": verdict.not_shown, "facts": verdict.facts}
        )
        return
    output.line("VERIFIED. This evidence shows:")
    for finding in verdict.shown:
        output.line(f"  + {finding}")
    output.line("It does not show:")
    for finding in verdict.not_shown:
        output.line(f"  - {finding}")
