"""The pages' questions over HTTP: overview, actors, keys, resources, surroundings, and those of the search bar.

As those of `rest.py`: GET with a query string or POST with a JSON object, by a caller who may read, about
their own account; a caller who hangs up has the question stopped. What stands in a path is percent-encoded
there, so that a value may hold a slash.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, route
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from actiontrail.access.keys import Caller
from actiontrail.api.gate import Gate
from actiontrail.api.questions import End, Query, Start, number
from actiontrail.api.rest import METHODS, TOO_MUCH, at_moment, unless_gone
from actiontrail.api.routes import Asked, Route
from actiontrail.api.served import BadQuestion, answered, asking, in_path, planning, received, request_id
from actiontrail.event.selector.parser import SelectorError
from actiontrail.query.engine import new_mark
from actiontrail.query.geography import Geography, Spot
from actiontrail.query.pages.actor import Actor, actor
from actiontrail.query.pages.around import LIMIT_MAX, WINDOW_SECONDS_MAX, Surroundings, surroundings
from actiontrail.query.pages.empty import Why, why
from actiontrail.query.pages.find import Matches, find
from actiontrail.query.pages.ground import Answer, Ground, Resource, Span
from actiontrail.query.pages.key import Activity, activity
from actiontrail.query.pages.overview import Figures, Highlights, Overview, figures, highlights, overview
from actiontrail.query.pages.resource import HISTORY_MAX, Lived, resource
from actiontrail.query.pages.suggest import LIMIT_MAX as PROPOSALS_MAX
from actiontrail.query.pages.suggest import Suggestions, suggest
from actiontrail.query.place import NoSuchEvent
from actiontrail.query.search import OutOfRange, Search

SUGGEST = "actiontrail:GetSuggestions"
WHEREABOUTS = "actiontrail:GetPlaces"
# Asked with every key that is pressed, or about no event at all: not recorded, unless refused.
QUIET = frozenset({SUGGEST, WHEREABOUTS})
ADDRESSES_MAX = 100
OVERVIEW_DAYS, ACTOR_DAYS = 1, 30
Path = tuple[str, ...]


class Ranged(Asked, frozen=True):
    """A half-open range of RFC 3339 times; an end that is not given is open, or the page's own."""

    start: Start = ""
    end: End = ""

    def span(self) -> Span:
        """As the questions take it. Raises `BadQuestion`, `OutOfRange`."""
        return Span(at_moment(self.start, "start"), at_moment(self.end, "end"))


class ActorAsk(Ranged, frozen=True):
    """What an actor's page is asked."""

    offset_minutes: Annotated[int, number(-840, 840, "From UTC, for the heat map's hours.")] = 0


class ResourceAsk(Ranged, frozen=True):
    """What a resource's page is asked."""

    reads: Annotated[bool, Meta(description="Whether reads are steps, too.")] = False
    limit: Annotated[int, number(1, HISTORY_MAX, "Most steps; the last ones.")] = 200


class AroundAsk(Asked, frozen=True):
    """On which axis, how far, and how many to either side."""

    by: Annotated[Literal["actor", "session", "resource", "address"], Meta(description="What is shared.")] = (
        "actor"
    )
    window: Annotated[int, number(1, WINDOW_SECONDS_MAX, "Seconds to either side.")] = 300
    limit: Annotated[int, number(1, LIMIT_MAX, "Most events on either side.")] = 50


class SuggestAsk(Ranged, frozen=True):
    """What stands at the cursor."""

    field: Annotated[str, Meta(description="Whose values; empty: names of fields.")] = ""
    prefix: Annotated[str, Meta(description="How they begin, in any case.")] = ""
    limit: Annotated[int, number(1, PROPOSALS_MAX, "Most proposals.")] = 20


class FindAsk(Asked, frozen=True):
    """What was pasted."""

    text: Annotated[str, Meta(description="Any string of 1 to 2048 characters.")] = ""


class WhyAsk(Ranged, frozen=True):
    """The search that found nothing."""

    query: Query = ""


class PlacesAsk(Asked, frozen=True):
    """Which addresses."""

    addresses: Annotated[
        str, Meta(description=f"Up to {ADDRESSES_MAX} addresses as events tell them, by commas.")
    ] = ""


class Spots(Answer, frozen=True, kw_only=True):
    """What is known of each address, and what the files of addresses are, with the days they were made."""

    places: tuple[Spot, ...]
    databases: tuple[str, ...]


@dataclass(frozen=True)
class Pages:
    """Answers the pages' questions. Safe to share between threads.

    `recorded` tells when the last record was received, `notes` the notes of an account's credentials by their source.
    """

    gate: Gate
    search: Search
    recorded: Callable[[], datetime | None] = lambda: None
    notes: Callable[[str], Mapping[str, str]] = lambda _: {}
    geography: Geography = field(default_factory=Geography)
    now: Callable[[], float] = time.time

    def overview(self, ground: Ground, ask: Ranged, _path: Path) -> Answer:
        """Is everything recorded, who was active, what failed, what changed, what is new."""
        now = self._now_ms()
        span = ask.span().fixed(now, days=OVERVIEW_DAYS)
        return self._named(ground, overview(ground, span, now, recorded=self.recorded))

    def highlights(self, ground: Ground, ask: Ranged, _path: Path) -> Answer:
        """The overview without its figures, for whoever has them."""
        now = self._now_ms()
        return self._named(ground, highlights(ground, ask.span().fixed(now, days=OVERVIEW_DAYS), now))

    def figures(self, ground: Ground, ask: Ranged, _path: Path) -> Answer:
        """The overview's figures, sooner than all of it."""
        now = self._now_ms()
        return figures(ground, ask.span().fixed(now, days=OVERVIEW_DAYS), now, recorded=self.recorded)

    def actor(self, ground: Ground, ask: ActorAsk, path: Path) -> Answer:
        """One actor."""
        kind, value = path
        span = ask.span().fixed(self._now_ms(), days=ACTOR_DAYS)
        return actor(ground, kind, value, span, offset_minutes=ask.offset_minutes)

    def key(self, ground: Ground, ask: Ranged, path: Path) -> Answer:
        """Everything about one access key."""
        return activity(ground, path[0], ask.span())

    def resource(self, ground: Ground, ask: ResourceAsk, path: Path) -> Answer:
        """One resource, by its type and id or by its id alone."""
        kind, name = path if len(path) > 1 else ("", *path)
        return resource(ground, Resource(type=kind, id=name), ask.span(), reads=ask.reads, limit=ask.limit)

    def around(self, ground: Ground, ask: AroundAsk, path: Path) -> Answer:
        """What happened around an event."""
        return surroundings(ground, path[0], ask.by, window_seconds=ask.window, limit=ask.limit)

    def suggest(self, ground: Ground, ask: SuggestAsk, _path: Path) -> Answer:
        """Completion."""
        return suggest(ground, ask.field, ask.prefix, ask.span(), limit=ask.limit)

    def find(self, ground: Ground, ask: FindAsk, _path: Path) -> Answer:
        """What a pasted string is."""
        return find(ground, ask.text)

    def why_empty(self, ground: Ground, ask: WhyAsk, _path: Path) -> Answer:
        """Why a search found nothing."""
        return why(ground, ask.query, ask.span())

    def places(self, _ground: Ground, ask: PlacesAsk, _path: Path) -> Answer:
        """Where addresses are."""
        asked = [one.strip() for one in ask.addresses.split(",")] if ask.addresses else []
        if len(asked) > ADDRESSES_MAX:
            raise BadQuestion(f"addresses names {len(asked)} addresses; at most {ADDRESSES_MAX} at once")
        return Spots(places=tuple(self.geography.of(asked)), databases=self.geography.known)

    def _named(self, ground: Ground, page: Highlights) -> Highlights:
        """With what its sources are called."""
        notes = self.notes(ground.account)
        named = (msgspec.structs.replace(one, label=notes.get(one.source, "")) for one in page.sources)
        return msgspec.structs.replace(page, sources=tuple(named))

    def _now_ms(self) -> int:
        return int(self.now() * 1000)


@dataclass(frozen=True, slots=True)
class Page:
    """A question, its addresses, and who answers it from what stands in the path."""

    name: str
    path: str
    action: str
    summary: str
    asks: type[Any]
    answers: type[Answer]
    run: Callable[[Pages, Ground, Any, Path], Answer]
    errors: tuple[type[Exception], ...] = ()


_ANY = (BadQuestion, OutOfRange, *TOO_MUCH)
_PLACES = {
    "kind": "`user`, `principal`, `role`, `key` or `address`.",
    "value": "Who; a slash in it as `%2F`.",
    "access_key_id": "The key's id.",
    "type": "The resource's type, such as `ACS::ECS::Instance`.",
    "id": "The resource's id; a slash in it as `%2F`.",
    "event_id": "The event's id.",
}
PAGES: tuple[Page, ...] = (
    Page("overview", "/v1/overview", "actiontrail:GetOverview", "Is everything recorded, who was active, what failed, what changed, what is new.", Ranged, Overview, Pages.overview),
    Page("figures", "/v1/figures", "actiontrail:GetOverviewFigures", "The overview's figures, sooner than all of it.", Ranged, Figures, Pages.figures),
    Page("highlights", "/v1/highlights", "actiontrail:GetOverview", "All of the overview but its figures.", Ranged, Highlights, Pages.highlights),
    Page("actor", "/v1/actors/{kind}/{value}", "actiontrail:GetActor", "Who somebody is, told by what they did.", ActorAsk, Actor, Pages.actor),
    Page("keyActivity", "/v1/keys/{access_key_id}/activity", "actiontrail:GetAccessKeyActivity", "Everything that one access key did, and what lives on from it.", Ranged, Activity, Pages.key),
    Page("resource", "/v1/resources/{type}/{id}", "actiontrail:GetResourceHistory", "The life of a resource.", ResourceAsk, Lived, Pages.resource),
    Page("resourceById", "/v1/resources/{id}", "actiontrail:GetResourceHistory", "The life of a resource of any type.", ResourceAsk, Lived, Pages.resource),
    Page("surroundings", "/v1/surroundings/{event_id}", "actiontrail:GetSurroundings", "What happened around an event.", AroundAsk, Surroundings, Pages.around, (NoSuchEvent,)),
    Page("suggest", "/v1/suggest", SUGGEST, "Names of fields, or values of one.", SuggestAsk, Suggestions, Pages.suggest),
    Page("find", "/v1/find", "actiontrail:GetMatches", "What a pasted string is.", FindAsk, Matches, Pages.find),
    Page("places", "/v1/places", WHEREABOUTS, "Where addresses are, and whose, as far as the operator's files say.", PlacesAsk, Spots, Pages.places),
    Page("whyEmpty", "/v1/why-empty", "actiontrail:GetReasonsForNothing", "Why a search finds nothing.", WhyAsk, Why, Pages.why_empty, (SelectorError,)),
)  # fmt: skip


def _rows() -> Iterator[Route]:
    for one in PAGES:
        row = Route(
            name=one.name,
            method="GET",
            path=one.path,
            action=one.action,
            summary=one.summary,
            group="search",
            query=one.asks,
            places={name: _PLACES[name] for name in re.findall(r"\{(\w+)\}", one.path)},
            answer=one.answers,
            errors=(*_ANY, *one.errors),
        )
        yield row
        yield replace(row, name=f"{one.name}ByBody", method="POST", query=None, body=one.asks)


ROUTES = tuple(_rows())


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """The handlers."""
    return [_handler(pages, one) for one in PAGES]


def _handler(pages: Pages, one: Page) -> HTTPRouteHandler:
    served = re.sub(r"\{(\w+)\}", r"{\1:str}", one.path)
    names = re.findall(r"\{(\w+)\}", one.path)
    asked_for = [number for number, part in enumerate(one.path.split("/")[1:]) if part.startswith("{")]

    @route(served, http_method=METHODS, include_in_schema=False, name=one.name)
    async def question(request: Request[Any, Any, Any]) -> Response[bytes]:
        sent, identity = await received(request), request_id(request)
        parts = in_path(request)
        values = tuple(parts[number] for number in asked_for)
        mark = new_mark()

        def run(caller: Caller, ask: Any) -> msgspec.Struct:  # noqa: ANN401 - as the row says
            return one.run(pages, _ground(pages.search, caller, mark), ask, values)

        deed = asking(one.action, sent, dict(zip(names, values, strict=True)), quiet=one.action in QUIET)
        plan = planning(sent, one.asks, deed, run)
        found = await unless_gone(
            request,
            lambda: pages.gate.perform(sent, identity, plan),
            lambda: pages.search.cancel(mark),
        )
        return answered(found, identity)

    return question


def _ground(search: Search, caller: Caller, mark: str) -> Ground:
    return Ground(search, caller.account, mark=mark)
