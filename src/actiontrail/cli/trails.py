"""`actiontrail trails`: make, list, change, start, stop and delete trails, and bring the past to them.

Destinations are named by addresses (`oss://BUCKET/PREFIX`, `s3://…`, `kafka://…`, `https://…`). Credentials of a
destination are read from a file, never from the command line, which others can see.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from actiontrail.cli import output
from actiontrail.cli.operate import Json
from actiontrail.cli.questions import ProfileName, connected, quoted
from actiontrail.cli.texts import text_in
from actiontrail.errors import Refusal

Name = Annotated[str, typer.Argument(help="The trail's name.", metavar="NAME")]
To = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        help="An address to deliver to; several times for several. All of them: those left out are taken away.",
    ),
]
Option = Annotated[
    list[str] | None, typer.Option("--option", help="`NAME=VALUE` of the destinations given with --to.")
]
CredentialsFile = Annotated[
    Path | None,
    typer.Option(
        "--credentials", help="A file with lines `id = …`, `secret = …`, `token = …` for those destinations."
    ),
]
Bucket = Annotated[str | None, typer.Option("--bucket", help="The OSS bucket.")]
Prefix = Annotated[str | None, typer.Option("--prefix", help="What the names of its objects begin with.")]
Project = Annotated[
    str | None, typer.Option("--sls-project", help="The ARN of a project of the log service.")
]
Events = Annotated[str | None, typer.Option("--events", help="Which management events: Write, Read or All.")]
Regions = Annotated[str | None, typer.Option("--regions", help="`All`, or region ids, by commas.")]
COLUMNS = ("NAME", "STATUS", "EVENTS", "REGIONS", "DESTINATION", "DELIVERED", "ERROR")

family = typer.Typer(no_args_is_help=True)


class BadPair(Refusal):
    """An option that is not NAME=VALUE, or a line of a file of credentials that is not."""


class NoDestination(Refusal):
    """Options or credentials, and no destination that they are for."""

    def __init__(self) -> None:
        super().__init__(
            "--option and --credentials are for the destinations of --to; name one, or leave them out"
        )


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.add_typer(
        family,
        name="trails",
        help="Make, list, change, start, stop and delete trails, and bring the past to them.",
    )


@family.command("list")
def list_(*, profile: ProfileName = "", as_json: Json = False) -> None:
    """Every trail, where it delivers to, and how that goes."""
    with connected(profile) as client:
        answer = client.answer("GET", "/v1/trails")
    _show(answer, answer["trails"], as_json=as_json)


@family.command()
def create(
    name: Name,
    *,
    to: To = None,
    option: Option = None,
    credentials: CredentialsFile = None,
    bucket: Bucket = None,
    prefix: Prefix = None,
    sls_project: Project = None,
    events: Events = None,
    regions: Regions = None,
    organization: Annotated[
        bool, typer.Option("--organization", help="Of all accounts of the directory that you manage.")
    ] = False,
    start: Annotated[bool, typer.Option(help="Whether it delivers what is recorded from now on.")] = True,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Make a trail, and start it. Its destinations are really asked whether they take what comes."""
    said = _said(bucket, prefix, sls_project, events, regions)
    said |= {"name": name, "organization": organization, "start": start}
    if to or option or credentials:
        said["destinations"] = _destinations(to or [], option, credentials)
    with connected(profile) as client:
        answer = client.answer("POST", "/v1/trails", body=_encoded(said))
    _show(answer, [answer["trail"]], as_json=as_json)


@family.command()
def update(
    name: Name,
    *,
    to: To = None,
    option: Option = None,
    credentials: CredentialsFile = None,
    bucket: Bucket = None,
    prefix: Prefix = None,
    sls_project: Project = None,
    events: Events = None,
    regions: Regions = None,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Change a trail from now on. What is not said stays; an empty --bucket or --sls-project is taken away."""
    said = _said(bucket, prefix, sls_project, events, regions)
    if to is not None or option or credentials:
        said["destinations"] = _destinations([one for one in to or [] if one], option, credentials)
    with connected(profile) as client:
        answer = client.answer("PATCH", f"/v1/trails/{quoted(name)}", body=_encoded(said))
    _show(answer, [answer["trail"]], as_json=as_json)


@family.command()
def start(name: Name, *, profile: ProfileName = "", as_json: Json = False) -> None:
    """Deliver what is recorded from now on."""
    with connected(profile) as client:
        answer = client.answer("POST", f"/v1/trails/{quoted(name)}/start")
    _show(answer, [answer["trail"]], as_json=as_json)


@family.command()
def stop(name: Name, *, profile: ProfileName = "", as_json: Json = False) -> None:
    """Deliver nothing that is recorded from now on; what was recorded before still is."""
    with connected(profile) as client:
        answer = client.answer("POST", f"/v1/trails/{quoted(name)}/stop")
    _show(answer, [answer["trail"]], as_json=as_json)


@family.command()
def delete(name: Name, *, profile: ProfileName = "", as_json: Json = False) -> None:
    """Delete a trail. What it has delivered stays where it is."""
    with connected(profile) as client:
        answer = client.answer("DELETE", f"/v1/trails/{quoted(name)}")
    if as_json:
        output.one(answer)
    else:
        output.line(f"{name} is deleted")


@family.command()
def backfill(
    name: Name,
    *,
    start: Annotated[
        str, typer.Option("--start", help="From then on, RFC 3339; 90 days ago if it is not given.")
    ] = "",
    end: Annotated[str, typer.Option("--end", help="Until then; now if it is not given.")] = "",
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Bring what was recorded before to a trail's destinations, but for what is there. It goes on in the server."""
    with connected(profile) as client:
        answer = client.answer(
            "POST", f"/v1/trails/{quoted(name)}/backfills", body=_encoded({"start": start, "end": end})
        )
    _show_jobs(answer, [answer["job"]], as_json=as_json)


@family.command()
def backfills(name: Name, *, profile: ProfileName = "", as_json: Json = False) -> None:
    """The backfills of a trail, and how far they are."""
    with connected(profile) as client:
        answer = client.answer("GET", f"/v1/trails/{quoted(name)}/backfills")
    _show_jobs(answer, answer["jobs"], as_json=as_json)


def _said(
    bucket: str | None, prefix: str | None, project: str | None, events: str | None, regions: str | None
) -> dict[str, Any]:
    given = {
        "ossBucketName": bucket,
        "ossKeyPrefix": prefix,
        "slsProjectArn": project,
        "eventRW": events,
        "trailRegion": regions,
    }
    return {name: value for name, value in given.items() if value is not None}


def _destinations(to: list[str], option: list[str] | None, credentials: Path | None) -> list[dict[str, Any]]:
    if not to and (option or credentials):
        raise NoDestination
    options = dict(_pair(text, "--option") for text in option or [])
    known: dict[str, str] = {}
    if credentials is not None:
        lines = [line.strip() for line in text_in(credentials).splitlines()]
        known = dict(_pair(line, str(credentials)) for line in lines if line and not line.startswith("#"))
    return [{"address": address, "options": options, "credentials": known} for address in to]


def _pair(text: str, where: str) -> tuple[str, str]:
    """The name and the value; what was wrong is not said back, for it may be a secret."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BadPair(f"{where}: each is NAME=VALUE")
    return name.strip(), value.strip().strip('"')


def _encoded(said: dict[str, Any]) -> bytes:
    import msgspec

    return msgspec.json.encode(said)


def _show(answer: dict[str, Any], trails: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        output.one(answer)
        return
    rows = []
    for trail in trails:
        told = (trail["name"], trail["status"], trail["eventRW"], trail["trailRegion"])
        for number, place in enumerate(trail["destinations"]):
            leaving = " (leaving)" if place["leaving"] else ""
            head = told if number == 0 else ("", "", "", "")
            rows.append((*head, place["address"] + leaving, place["delivered"], place["error"]))
    output.table(COLUMNS, rows)


def _show_jobs(answer: dict[str, Any], jobs: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        output.one(answer)
        return
    output.table(
        ("JOB", "STATE", "PROGRESS", "FROM", "TO", "ERROR"),
        (
            (str(job["id"]), job["state"], f"{job['progress']:.0%}", job["start"], job["end"], job["error"])
            for job in jobs
        ),
    )
