"""What our own search is asked and what it answers, as it stands on the wire. Pure values.

The numbers' limits are the search's own to check, so that a caller is told which one; here they are
written down for the document alone.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta

from actiontrail.api.routes import Answered, Asked
from actiontrail.query.export import PART_ROWS_MAX
from actiontrail.query.saved import VIEW_CHARS_MAX
from actiontrail.query.search import BUCKETS_MAX, PAGE_MAX, TOP_MAX, Seen

Json = Annotated[Any, Meta(extra_json_schema={"type": "object"})]


def number(least: int, most: int, text: str) -> Meta:
    """A number's limits and meaning, for the document."""
    return Meta(description=text, extra_json_schema={"minimum": least, "maximum": most})


Query = Annotated[str, Meta(description="A selector; empty for everything.")]
Start = Annotated[str, Meta(description="RFC 3339; an event of this moment is in. Empty: open.")]
End = Annotated[str, Meta(description="RFC 3339; an event of this moment is out. Empty: open.")]


class Ask(Asked, frozen=True):
    """Which events are meant. Times are RFC 3339; the range is half-open."""

    query: Query = ""
    start: Start = ""
    end: End = ""


class PageAsk(Ask, frozen=True):
    """One page of events."""

    limit: Annotated[int, number(1, PAGE_MAX, "Most events of a page.")] = 50
    order: Annotated[Literal["newest", "oldest"], Meta(description="Which come first.")] = "newest"
    token: Annotated[str, Meta(description="`nextToken` of the page before; all else as it was.")] = ""


class FacetsAsk(Ask, frozen=True):
    """The commonest values of some fields."""

    fields: Annotated[str, Meta(description="Names of up to 16 fields, by commas; `channel` too.")] = (
        "eventName,serviceName,userIdentity.userName,sourceIpAddress,errorCode"
    )
    top: Annotated[int, number(1, TOP_MAX, "Most values of each field.")] = 10


class HistogramAsk(Ask, frozen=True):
    """Counts over time."""

    buckets: Annotated[int, number(1, BUCKETS_MAX, "Most steps.")] = 60


class SqlAsk(Ask, frozen=True):
    """A selector and SQL after `|`."""

    remember: Annotated[
        bool, Meta(description="Whether it stands in the account's history, with how it ended.")
    ] = False
    view: Annotated[
        str, Meta(description="How a page shows it, for the history.", max_length=VIEW_CHARS_MAX)
    ] = ""


Form = Annotated[Literal["jsonl", "csv", "parquet", "json.gz"], Meta(description="Of the file.")]
Zone = Annotated[
    str,
    Meta(
        description="Such as `Asia/Shanghai`: tables have the time there in a column of its own. Empty: UTC alone.",
        max_length=64,
    ),
]


class ExportAsk(Ask, frozen=True):
    """One part of an export."""

    format: Form = "jsonl"
    zone: Zone = ""
    rows: Annotated[int, number(1, PART_ROWS_MAX, "Most rows of a part.")] = 100_000
    token: Annotated[str, Meta(description="`x-actiontrail-next-token` of the part before.")] = ""
    bom: Annotated[bool, Meta(description="A byte order mark before CSV.")] = False


class TailAsk(Asked, frozen=True):
    """Events from now on."""

    query: Query = ""
    whole: Annotated[
        bool, Meta(description="Each as search shows it, with its place in the record and its channel.")
    ] = False


class EventFound(Answered, frozen=True):
    """An event, with its place in the record and the channel that it came through."""

    index: int
    seq: int
    received: str
    channel: str
    event: Json


class PageAnswer(Answered, frozen=True):
    """One page of events; `nextToken` is empty on the last."""

    events: list[EventFound]
    next_token: str
    seen: Seen


class FacetValue(Answered, frozen=True):
    """A value, and how many events hold it."""

    value: str
    count: int


class FacetsAnswer(Answered, frozen=True):
    """The commonest values, by field."""

    facets: dict[str, list[FacetValue]]
    seen: Seen


class HistogramStep(Answered, frozen=True):
    """How many events happened in the step that begins at `start`."""

    start: str
    count: int


class HistogramAnswer(Answered, frozen=True):
    """Counts over time; steps without an event are left out."""

    step_seconds: int
    total: int
    buckets: list[HistogramStep]
    seen: Seen


class SqlAnswer(Answered, frozen=True):
    """The rows that SQL gave, each with one value for each column."""

    columns: tuple[str, ...]
    rows: list[Any]
    seen: Seen


class EventAnswer(Answered, frozen=True):
    """One event."""

    event: EventFound
    seen: Seen
