"""Questions to a running service: `lookup`, `search`, `show`, `tail`, `export`.

People get a line for each event; `--json` gives the server's whole answer, or for answers of any
length one event on each line.
"""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from actiontrail.cli import output
from actiontrail.cli.operate import Json
from actiontrail.errors import Outage, Refusal

if TYPE_CHECKING:
    from actiontrail.cli.client import Client

ProfileName = Annotated[
    str,
    typer.Option(
        "--profile", envvar="ACTIONTRAIL_PROFILE", help="The profile to use, from the profile file."
    ),
]
Query = Annotated[str, typer.Argument(help="What to look for; empty or `*` for everything.", metavar="QUERY")]
Start = Annotated[
    str,
    typer.Option(
        "--start", help="From then on: 2026-01-02, 2026-01-02T03:04:05Z, or 36h, 7d for so long ago."
    ),
]
End = Annotated[str, typer.Option("--end", help="Until then, that moment not included; written as --start.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="At most so many events.")]
OldestFirst = Annotated[bool, typer.Option("--oldest-first", help="The oldest first; otherwise the newest.")]
COLUMNS = ("TIME", "WHO", "WHAT", "FROM", "RESOURCE", "RESULT", "EVENT ID")
PAGE = 50
SEARCH_PAGE = 1000
RECONNECTS_MAX = 20  # in a row, without an event in between
QUIET_SECONDS = 60.0  # a live stream says something at least this often


class Incomplete(Refusal):
    """A window of time with only one end."""


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    for command in (lookup, search, show, tail, export):
        app.command()(command)


def _option(text: str) -> Any:  # noqa: ANN401 - what typer makes of it
    return typer.Option(help=text, rich_help_panel="Attributes: exact, at most two")


def lookup(
    *,
    service_name: Annotated[str, _option("The cloud service, as in `Ecs`.")] = "",
    event_name: Annotated[str, _option("The operation, as in `StopLogging`.")] = "",
    user: Annotated[str, _option("The user's name.")] = "",
    event_id: Annotated[str, _option("The event's id.")] = "",
    resource_type: Annotated[str, _option("As in `ACS::ECS::Instance`.")] = "",
    resource_name: Annotated[str, _option("The resource's id or name.")] = "",
    event_rw: Annotated[str, _option("`Read` or `Write`.")] = "",
    access_key: Annotated[str, _option("The access key that signed the call.")] = "",
    source_ip: Annotated[str, _option("The address that the call came from.")] = "",
    event_type: Annotated[str, _option("As in `ApiCall` or `ConsoleSignin`.")] = "",
    role_name: Annotated[str, _option("The role that was assumed.")] = "",
    sensitive: Annotated[bool, _option("Only what the service marks as sensitive.")] = False,
    start: Start = "",
    end: End = "",
    oldest_first: OldestFirst = False,
    limit: Limit = 50,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Ask as ActionTrail's LookupEvents does: the last seven days, exact attributes, upper and lower case matter."""
    given = {
        "ServiceName": service_name,
        "EventName": event_name,
        "User": user,
        "EventId": event_id,
        "ResourceType": resource_type,
        "ResourceName": resource_name,
        "EventRW": event_rw,
        "EventAccessKeyId": access_key,
        "SourceIpAddress": source_ip,
        "EventType": event_type,
        "RoleName": role_name,
        "SensitiveAction": "true" if sensitive else "",
    }
    if event_rw not in ("", "Read", "Write"):
        raise typer.BadParameter("it is Read or Write", param_hint="--event-rw")
    parameters = lookup_parameters(
        {key: value for key, value in given.items() if value}, start=start, end=end
    )
    parameters["Direction"] = "FORWARD" if oldest_first else "BACKWARD"
    answers = list(_lookup_pages(profile, parameters, limit))
    events = [event for answer in answers for event in answer.get("Events", [])]
    if as_json:
        whole = {**answers[-1], "Events": events[:limit]}
        if len(events) > limit:  # the token would go on behind what is cut off here
            whole.pop("NextToken", None)
        output.one(whole)
    else:
        show_events(events[:limit])


def lookup_parameters(attributes: Mapping[str, str], *, start: str, end: str) -> dict[str, str]:
    """The parameters of LookupEvents. More than two attributes would be ignored there, so they are refused here."""
    from actiontrail.cli import moments

    if len(attributes) > 2:
        raise Refusal(
            f"LookupEvents takes at most two attributes, not {len(attributes)}; `actiontrail search` takes any number"
        )
    parameters = {}
    for number, (key, value) in enumerate(attributes.items(), 1):
        parameters[f"LookupAttribute.{number}.Key"] = key
        parameters[f"LookupAttribute.{number}.Value"] = value
    if end and not start:
        raise Incomplete("--end needs a --start: LookupEvents takes both or neither")
    if start:
        now = datetime.now(UTC)
        parameters["StartTime"] = moments.seconds_text(moments.parse(start, now))
        parameters["EndTime"] = moments.seconds_text(moments.parse(end or "now", now))
    return parameters


def _lookup_pages(profile: str, parameters: dict[str, str], limit: int) -> Iterator[dict[str, Any]]:
    with connected(profile) as client:
        page = parameters | {"MaxResults": str(min(limit, PAGE))}  # a token is bound to all other parameters
        missing, token = limit, ""
        while True:
            answer = client.operation("LookupEvents", page | ({"NextToken": token} if token else {}))
            yield answer
            missing -= len(answer.get("Events", []))
            token = answer.get("NextToken") or ""
            if missing <= 0 or not token:
                return


def search(
    query: Query = "",
    *,
    start: Start = "",
    end: End = "",
    oldest_first: OldestFirst = False,
    limit: Limit = 50,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Search by anything at once: `serviceName: Ecs and not errorCode: *`, words, wildcards, ranges; SQL after `|`."""
    from actiontrail.event import selector

    asked = window(query, start=start, end=end)
    with connected(profile) as client:
        if selector.split_sql(query)[1] is not None:
            _show_rows(client.answer("GET", "/v1/sql", query=asked), as_json=as_json)
            return
        answers = list(
            _search_pages(client, asked | {"order": "oldest" if oldest_first else "newest"}, limit)
        )
    found = [item for answer in answers for item in answer["events"]]
    if as_json:
        output.one({**answers[-1], "events": found})
    else:
        show_events([item["event"] for item in found])


def _search_pages(client: "Client", asked: dict[str, str], limit: int) -> Iterator[dict[str, Any]]:
    missing, token = limit, ""
    while True:
        page = asked | {"limit": str(min(missing, SEARCH_PAGE))} | ({"token": token} if token else {})
        answer = client.answer("GET", "/v1/search", query=page)
        yield answer
        missing -= len(answer["events"])
        token = answer.get("nextToken") or ""
        if missing <= 0 or not token:
            return


def show(
    event_id: Annotated[str, typer.Argument(help="The event's id.", metavar="EVENT_ID")],
    *,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """One event, whole, and where it stands in the record."""
    import msgspec

    with connected(profile) as client:
        answer = client.answer("GET", f"/v1/events/{quoted(event_id)}")
    if as_json:
        output.one(answer)
        return
    found = answer["event"]
    output.line(msgspec.json.format(msgspec.json.encode(found["event"]), indent=2).decode())
    output.line(f"# index {found['index']}, received {found['received']}, channel {found['channel']}")


def tail(
    query: Query = "",
    *,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Stop after so many events; 0: never.")] = 0,
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Events as they are recorded, until interrupted. A broken connection is taken up again where it broke."""
    count, seen, quiet = 0, "", 0
    with connected(profile) as client:
        while True:
            headers = {"accept": "text/event-stream", **({"last-event-id": seen} if seen else {})}
            try:
                with client.stream(
                    "/v1/tail", query={"query": query}, headers=headers, quiet_seconds=QUIET_SECONDS
                ) as response:
                    for place, event in sent_events(response.iter_lines()):
                        seen, quiet, count = place, 0, count + 1
                        _show_live(event, as_json=as_json)
                        if count == limit:
                            return
            except Outage as error:
                quiet += 1
                if not seen or quiet > RECONNECTS_MAX:
                    raise
                threading.Event().wait(error.retry_after or 1.0)


def _show_live(event: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.one(event)
    else:
        output.line("  ".join(row(event)))


def sent_events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events in a stream of server-sent events, each with its id; comments and other fields are passed over."""
    import msgspec

    place, data = "", ""
    for line in lines:
        name, _, value = line.partition(":")
        if name == "id":
            place = value.removeprefix(" ")
        elif name == "data":
            data += value.removeprefix(" ")
        elif not line and data:
            yield place, msgspec.json.decode(data)
            data = ""


def export(
    query: Query = "",
    *,
    to: Annotated[Path, typer.Option("--output", "-o", help="The file to write; it must not exist.")],
    format: Annotated[str, typer.Option("--format", help="jsonl, csv, parquet or json.gz.")] = "jsonl",  # noqa: A002 - the option's name
    start: Start = "",
    end: End = "",
    profile: ProfileName = "",
    as_json: Json = False,
) -> None:
    """Every event that the query chooses, oldest first, in a file with its SHA-256.

    An export that was interrupted goes on where it was when the same command is given again. Parquet and
    json.gz beyond a million events become several files.
    """
    from actiontrail.cli.exporting import Export

    with connected(profile) as client:
        done = Export(client, to, format).run(
            window(query, start=start, end=end), [query, start, end], shown=not as_json
        )
    if as_json:
        output.one({"rows": sum(file["rows"] for file in done), "files": done})
        return
    for file in done:
        output.line(
            f"{file['file']}: {file['rows']:,} events, {file['bytes']:,} bytes, sha256 {file['sha256']}"
        )


def connected(profile: str) -> "Client":
    """A client as the profile or the environment says."""
    from actiontrail.cli.client import Client
    from actiontrail.cli.profile import load

    return Client(load(profile))


def quoted(text: str) -> str:
    """`text` as one step of a path. Raises `Incomplete` where there is none."""
    from urllib.parse import quote

    if not text:
        raise Incomplete("an empty name names nothing; say which is meant")
    return quote(text, safe="")


def window(query: str, *, start: str, end: str) -> dict[str, str]:
    """The parameters of a search: the query and the window of time."""
    from actiontrail.cli import moments

    now = datetime.now(UTC)
    asked = {"query": query}
    if start:
        asked["start"] = moments.parse(start, now).isoformat().replace("+00:00", "Z")
    if end:
        asked["end"] = moments.parse(end, now).isoformat().replace("+00:00", "Z")
    return asked


def show_events(events: list[dict[str, Any]]) -> None:
    """A line for each event."""
    output.table(COLUMNS, (row(event) for event in events))


def row(event: Mapping[str, Any]) -> tuple[str, ...]:
    """What a person wants to see of `event` first."""
    identity = event.get("userIdentity") or {}
    who = identity.get("userName") or identity.get("principalId") or identity.get("type") or ""
    return (
        str(event.get("eventTime", "")),
        str(who),
        f"{event.get('serviceName', '')}.{event.get('eventName', '')}".strip("."),
        str(event.get("sourceIpAddress", "")),
        str(event.get("resourceName", "")),
        str(event.get("errorCode") or "ok"),
        str(event.get("eventId", "")),
    )


def _show_rows(answer: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.one(answer)
        return
    columns = [str(column) for column in answer["columns"]]
    output.table(columns, ([str(cell) for cell in values] for values in answer["rows"]))
