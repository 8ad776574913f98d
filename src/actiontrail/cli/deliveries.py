"""`actiontrail verify-delivery` and `actiontrail bucket`: what trails delivered, and where they may deliver.

The check asks no server of ours: a folder or a bucket, and a key that you got from somebody you trust.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from actiontrail.cli import failure, output
from actiontrail.cli.operate import DATA, Data, Json, need_record
from actiontrail.cli.proofs import Handovers, Keys, handovers_in, vkeys_in
from actiontrail.errors import Refusal

if TYPE_CHECKING:
    from actiontrail.delivery.audit import Report
    from actiontrail.delivery.destinations.objects import Bucket
    from actiontrail.ledger.checkpoint import Checkpoint
    from actiontrail.ledger.note import Verifier

SHOWN_MAX = 100

Place = Annotated[
    str,
    typer.Argument(
        help="A folder, or oss://BUCKET, s3://BUCKET, gs://BUCKET, az://CONTAINER, with the trail's prefix behind it.",
        metavar="PLACE",
    ),
]
Prefix = Annotated[str, typer.Option("--prefix", help="The trail's prefix, if PLACE is without it.")]
Until = Annotated[
    int | None,
    typer.Option(
        "--until", min=0, help="The index that the delivery must reach, as you know it from elsewhere."
    ),
]
CheckpointFile = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        exists=True,
        dir_okay=False,
        help="A checkpoint of the log that was kept elsewhere: the delivery must reach it and be of its history.",
    ),
]
TrailName = Annotated[
    str, typer.Option("--trail", help="The trail that must reach so far; otherwise all that are found.")
]
Endpoint = Annotated[str, typer.Option("--endpoint", help="The address of the object service.")]
Region = Annotated[str, typer.Option("--region", help="The bucket's region.")]
Credentials = Annotated[
    str,
    typer.Option(
        "--credentials",
        help="Who reads the bucket: file:PATH or env:NAME (NAME_ID, NAME_SECRET, NAME_TOKEN).",
    ),
]
PathStyle = Annotated[
    bool, typer.Option("--path-style", help="The bucket stands in the path, not in the host.")
]


class NoDelivery(Refusal):
    """There is nothing to check at that place."""


class NoEndpoint(Refusal):
    """An OSS bucket cannot be found without its region or endpoint."""


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.command()(verify_delivery)
    app.command()(bucket)


def verify_delivery(
    place: Place,
    *,
    key: Keys,
    prefix: Prefix = "",
    until: Until = None,
    checkpoint: CheckpointFile = None,
    trail: TrailName = "",
    handover: Handovers = [],  # noqa: B006 - typer copies it
    endpoint: Endpoint = "",
    region: Region = "",
    credentials: Credentials = "",
    path_style: PathStyle = False,
    as_json: Json = False,
) -> None:
    """Check the objects of trails against their signed manifests, with no server, and say which events are touched.

    Finds objects that are missing, altered, added, cut short or exchanged, and batches that are missing. Exit code 5
    if anything is; without --until or --checkpoint the newest batch could be missing unseen.
    """
    from actiontrail.delivery import audit
    from actiontrail.delivery.destinations.ground import Reach

    verifiers = _trusted(key, handover)
    reach = Reach(endpoint, region, credentials, path_style)
    shelf = _shelf(place, prefix, reach)
    kept = _kept(checkpoint, verifiers)
    question = audit.Question(verifiers, until, kept, trail)
    try:
        report = audit.check(shelf, question)
    finally:
        shelf.close()
    if not report.manifests and not report.damages:
        raise NoDelivery(
            f"{place}: there are no manifests here (AliyunLogs/Actiontrail-Manifest/…); is the prefix right?"
        )
    _tell(report, as_json=as_json)
    if not report.clean:
        raise typer.Exit(failure.CORRUPT)


def bucket(
    name: Annotated[
        str, typer.Argument(help="Its name: 3 to 63 small letters, digits and hyphens.", metavar="NAME")
    ],
    *,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Make a bucket under the data folder, for trails where no OSS endpoint is set; one that is there stays as it is."""
    from actiontrail.delivery.destinations.folder import make_bucket

    need_record(data)
    made = make_bucket(data, name)
    if as_json:
        output.one({"bucket": name, "folder": str(made)})
    else:
        output.line(f"{name}: {made}")


def _trusted(keys: list[str], notes: list[Path]) -> "tuple[Verifier, ...]":
    """The keys named, and those that the hand-overs lead to, before and after."""
    from actiontrail.ledger import handover
    from actiontrail.ledger.note import Verifier

    given = [Verifier(vkey) for text in keys for vkey in vkeys_in(text)]
    kept = handovers_in(notes)
    found = {one.vkey: one for one in given}
    for one in given:
        chain = (
            *handover.successors(one.vkey, kept, one.name),
            *handover.predecessors(one.vkey, kept, one.name),
        )
        found.update({vkey: Verifier(vkey) for vkey in chain})
    return tuple(found.values())


def _shelf(place: str, prefix: str, reach: Any) -> "Bucket":  # noqa: ANN401 - imported where it is used
    from actiontrail.delivery.destinations import Ground, open_bucket
    from actiontrail.delivery.destinations.folder import Folder
    from actiontrail.delivery.destinations.ground import check_prefix

    check_prefix(prefix.strip("/"), prefix)
    if "://" not in place:
        folder = Path(place, *prefix.strip("/").split("/"))
        if not folder.is_dir():
            raise NoDelivery(f"{folder} is no folder")
        return Folder(folder, create=False)
    address = "/".join([place.rstrip("/"), *([prefix.strip("/")] if prefix else [])])
    scheme = place.partition(":")[0]
    if scheme == "oss" and not reach.endpoint:
        if not reach.region:
            raise NoEndpoint(f"{place}: name the bucket's --region, or the --endpoint of the service")
        reach = type(reach)(
            f"https://oss-{reach.region}.aliyuncs.com", reach.region, reach.credentials, reach.path_style
        )
    return open_bucket(address, Ground(Path(), {scheme: reach}))


def _kept(file: Path | None, verifiers: "tuple[Verifier, ...]") -> "Checkpoint | None":
    """The checkpoint that was kept elsewhere, by one of the trusted keys."""
    if file is None:
        return None
    from actiontrail.ledger import checkpoint

    return checkpoint.verify(file.read_bytes(), verifiers, verifiers[0].name)


def _tell(report: "Report", *, as_json: bool) -> None:
    import msgspec

    if as_json:
        output.one(msgspec.to_builtins(report))
        return
    for row in report.runs:
        output.line(
            f"{row.trail} (account {row.account}, run {row.run or '-'}): records {row.start} to {row.end}, not included;"
            f" {row.batches:,} batches, {row.events:,} events"
        )
    for finding in report.findings[:SHOWN_MAX]:
        count = "" if finding.events is None else f", {finding.events:,} events"
        touched = f" [records {finding.indices}{count}]" if finding.indices else ""
        where = f" {finding.key}" if finding.key else ""
        output.line(f"{finding.kind}:{where} {finding.problem}{touched}")
    if report.damages > SHOWN_MAX:
        output.line(f"… and {report.damages - SHOWN_MAX:,} more; --json tells of {len(report.findings):,}")
    if report.clean:
        output.line(
            f"VERIFIED: {report.events:,} events in {report.objects:,} objects are as {report.manifests:,} manifests say."
        )
    else:
        output.line(
            f"DAMAGED: {report.damages:,} findings. Keep everything as it is, and compare with the ledger."
        )
    output.line("This does not show:")
    for line in report.not_shown:
        output.line(f"  - {line}")
