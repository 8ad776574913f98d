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
from actiontrail.cli.texts import text_in
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


ReceiptFile = Annotated[
    Path | None,
    typer.Option(
        "--receipt",
        exists=True,
        dir_okay=False,
        help="The answer to POST /v1/events: evidence of all that it promises.",
    ),
]
EvidenceFile = Annotated[
    Path | None,
    typer.Option(
        "--evidence",
        exists=True,
        dir_okay=False,
        help="Beside a receipt: what `actiontrail proof --receipt` wrote.",
    ),
]
SentFile = Annotated[
    Path | None,
    typer.Option(
        "--sent",
        exists=True,
        dir_okay=False,
        help="Beside a receipt and its evidence: the file that was sent, compared event by event.",
    ),
]
RUN_MAX = 250  # records asked for at once


class FileExists(Refusal):
    """The file to write is there already."""


class NotAKey(Refusal):
    """What was named as a key is none; nothing was checked."""


class NotAReceipt(Refusal):
    """What is for receipts was given beside something else; nothing was checked."""


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
    event_id: Annotated[str, typer.Argument(help="The event's id.", metavar="EVENT_ID")] = "",
    *,
    to: Output,
    of_receipt: ReceiptFile = None,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Take evidence out: of one event, its record, the proof that the log holds it, and the signed checkpoint.

    With --receipt, of every event that a receipt promises; `verify RECEIPT --evidence FILE` checks it.
    """
    if bool(event_id) == (of_receipt is not None):
        raise typer.BadParameter("give either the id of an event or --receipt FILE")
    if to.exists():
        raise FileExists(f"{to} exists; evidence is not written over")
    if of_receipt is not None:
        _prove_receipt(of_receipt, to, profile, as_json=as_json)
        return
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


def _prove_receipt(path: Path, to: Path, profile: str, *, as_json: bool) -> None:
    """Ask for the records at the promised places, in the log of the receipt, and for the log of today."""
    from actiontrail.evidence import acknowledgement
    from actiontrail.ledger import checkpoint, note

    promised = acknowledgement.parse(path.read_bytes())
    size = checkpoint.parse(note.parse(promised.checkpoint.encode()).text).size
    runs: list[acknowledgement.Proved] = []
    with connected(profile) as client:
        for first, end in acknowledgement.stretches(promised, RUN_MAX):
            start = first
            while start < end:
                query: dict[str, str | int | list[str]] = {"index": start, "count": end - start, "size": size}
                answer = client.answer("GET", "/v1/proofs", query=query)
                run = msgspec.convert(
                    {name: answer[name] for name in ("index", "records", "hashes")}, acknowledgement.Proved
                )
                runs.append(run)
                start += max(1, len(run.records))
        now = client.answer("GET", "/v1/consistency", query={"old": size})
    whole = acknowledgement.Evidence(now["checkpoint"], tuple(now["hashes"]), tuple(runs))
    content = msgspec.json.encode(whole)
    with to.open("xb") as file:
        file.write(content)
    records = sum(len(run.records) for run in runs)
    if as_json:
        output.one({"receipt": str(path), "file": str(to), "records": records, "bytes": len(content)})
    else:
        output.line(
            f"{to}: {records:,} records, {len(content):,} bytes. "
            f"Check it with: actiontrail verify {path} --evidence {to} --key VKEY"
        )


def verify(
    file: Annotated[
        Path,
        typer.Argument(help="A file of evidence, or a receipt.", metavar="FILE", exists=True, dir_okay=False),
    ],
    *,
    key: Keys,
    origin: Origin = "",
    handover: Handovers = [],  # noqa: B006 - typer copies it
    evidence: EvidenceFile = None,
    sent: SentFile = None,
    formats_of: FormatsOf = None,
    as_json: Json = False,
) -> None:
    """Check a file of evidence, or a receipt, with no server, and say what it has shown and what it has not.

    A receipt is the answer to what was sent; --evidence shows that it was kept. Exit code 5 if it shows nothing: it was
    altered, or no key that you named has signed it.
    """
    from actiontrail.evidence import acknowledgement, check
    from actiontrail.evidence.acknowledgement import Beside

    if file.stat().st_size > EVIDENCE_BYTES_MAX:
        raise EvidenceTooLarge(f"{file} has more than {EVIDENCE_BYTES_MAX >> 20} MiB; evidence is smaller")
    vkeys = [vkey for given in key for vkey in vkeys_in(given)]
    notes = handovers_in(handover)
    content = file.read_bytes()
    if acknowledgement.is_receipt(content):
        if sent and not evidence:
            raise NotAReceipt(
                "--sent is compared with the records in --evidence; make that with: actiontrail proof --receipt"
            )
        beside = Beside(evidence.read_bytes() if evidence else None, sent.read_bytes() if sent else None)
        verdict = acknowledgement.verify(content, vkeys, origin or None, notes, beside)
    elif evidence or sent:
        raise NotAReceipt(f"{file} is no receipt; --evidence and --sent are for the answer to what was sent")
    else:
        verdict = check.check(content, vkeys, origin or None, notes, formats=_formats_of(formats_of))
    _tell(verdict, as_json=as_json)
    if not as_json and verdict.facts["kind"] == "receipt" and not verdict.facts["compared"]:
        output.line(
            f"More is shown with: actiontrail proof --receipt {file} -o EVIDENCE, and here --evidence EVIDENCE --sent FILE"
        )


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
    named = text_in(path).splitlines() if "+" not in given and path.is_file() else [given]
    vkeys = [line.strip() for line in named if line.strip()]
    if not vkeys:
        raise NotAKey(f"--key: {given or 'it'} holds no key; `actiontrail init` and GET /log/vkey tell it")
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
