"""The SQL of a selector chooses what the selector chooses: brute force over the raw events says so."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit.projection import Paper, a_projection, an_event

from actiontrail.event import formats, record
from actiontrail.event.channel import channel
from actiontrail.event.model import document
from actiontrail.event.selector import (
    Everything,
    Exists,
    Field,
    Node,
    Not,
    Range,
    Text,
    all_of,
    any_of,
    matches,
    parse,
    tokens,
    unparse,
)
from actiontrail.event.selector.match import compact, leaves_at, query_words
from actiontrail.query import schema
from actiontrail.query.compile import Bindings, condition
from actiontrail.query.projection import Projection

EXAMPLES = 2_500 if os.environ.get("ACTIONTRAIL_SOAK") else 250
STRANGE = (
    "", "a", "A", "a b", "b a", "a,b", "b;a", "  a  ", "a.b", "a-b", "a_b", "*", "a*b", "?", "%", "\\", "a\\b", "\\n", "\n", "a\nb", "'", '"', "it's", "a'b",
    "é", "É", "ÄÖ", "中文", "a中b", "😀", "\u00a0", "\x01", "\x02", "a\x02b\x03c", "\x04true", "\x00", "a\x00b", "true", "false", "null", "5", "05", "-5", "5.0", "5,", "(5)",
    "1e3", "1e999", "NaN", "inf", "12345678901234567890", "0.1", "0.30000000000000004", "x" * 300, "a " * 50, "event", "event.a", "and", "{b:1}", '{"b":1}', "[]",
    "console", "terraform", "terraform 1.5", "i-1", "ACS::ECS::Instance", "LTAI5tExample", "203.0.113.7", "Mozilla/5.0 (X11; Linux) Chrome/91.0", "2026-03-01T02:03:04Z", "eventname", "=a",
)  # fmt: skip
LEAVES: tuple[Any, ...] = (
    *STRANGE, 0, 1, -1, 5, 60, 5.5, 1e22, 1.5e300, -0.0, 2**53 + 1, 2**63, True, False, None, [], {}, ["a", "b"], ["a b", 5, None], [["a"], [{"k": "a"}]],
    {"a": 1}, {"a": {"b": "a b"}}, {"a.b": "c"}, {"": "a"}, [{"a": "b"}, {"a": 5}], {"A": "a", "é": 1}, {"a b": "a"},
)  # fmt: skip
TOP = (
    "requestParameters", "responseElements", "additionalEventData", "userIdentity", "errorCode", "errorMessage", "userAgent", "sourceIpAddress", "resourceName",
    "resourceType", "serviceName", "acsRegion", "requestId", "vpcId", "custom", "custom.a", "isGlobal", "eventRW", "eventType", "eventName.a", "userIdentity.userName", "channel", "channel.a",
)  # fmt: skip
INNER = (
    "a",
    "b",
    "a.b",
    "A",
    "é",
    "a b",
    "userName",
    "type",
    "accessKeyId",
    "Ttl",
    "LookupAttribute.1.Key",
    "",
    "~",
    "a/b",
)


def varied(seed: int) -> dict[str, Any]:
    """One event, as varied as its number."""
    import random

    rng = random.Random(seed)

    def value(depth: int) -> Any:
        if depth < 3 and rng.random() < 0.4:
            return {rng.choice(INNER): value(depth + 1) for _ in range(rng.randrange(4))}
        return rng.choice(LEAVES)

    made = {rng.choice(TOP): value(0) for _ in range(rng.randrange(9))}
    made["requestParameters"] = {rng.choice(INNER): value(1) for _ in range(rng.randrange(5))}
    second = f"{rng.randrange(60):02}.{rng.choice(('0', '5', '0005', '000001'))}"
    return (
        an_event(f"Call{seed % 7}")
        | made
        | {"eventTime": f"2026-03-01T02:03:{second}Z", "eventId": f"id-{seed}"}
    )


class House:
    """A projection, beside the documents and channels of the same events by index. Its name is short, for reports."""

    def __init__(self, projection: Projection, documents: list[tuple[dict[str, Any], str]]) -> None:
        self.both = projection, documents


@pytest.fixture(scope="module", params=[0, 1], ids=["strange accounts", "usual accounts"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A few hundred events; some accounts have fields where no source of ours puts them."""
    events = [varied(seed) for seed in range(400)]
    if request.param:
        events = [event for event in events if not _odd(event)]
    ledger = Paper(events)
    projection = a_projection(tmp_path_factory.mktemp("compile"), ledger)
    read = [formats.to_event("actiontrail", bytes(record.parse(line).event)) for line in ledger.held]
    yield House(
        projection,
        [(msgspec.json.decode(msgspec.json.encode(document(one))), channel(one)) for one in read],
    )
    projection.close()


def _odd(event: dict[str, Any]) -> bool:
    from actiontrail.query.rows import BY_PATH
    from actiontrail.query.words import Writer

    raw = msgspec.json.encode(event)
    return Writer(BY_PATH).words(document(formats.to_event("actiontrail", raw))).odd


def by_sql(projection: Projection, node: Node) -> list[int]:
    bound = Bindings()
    columns = not projection.has_odd("1234567890123456")
    where = condition(node, bound, columns=columns)
    return [
        index
        for (index,) in projection.engine.rows(
            f"SELECT idx FROM {schema.TABLE} WHERE {where} ORDER BY idx", bound.values
        )
    ]


def by_hand(documents: list[tuple[dict[str, Any], str]], node: Node) -> list[int]:
    return [index for index, (one, way) in enumerate(documents) if matches(node, one, channel=way)]


def _cut(draw: Any, words: tuple[str, ...]) -> tuple[str, ...]:
    start = draw(st.integers(0, len(words) - 1))
    part = words[start : draw(st.integers(start + 1, min(len(words), start + 4)))]
    change = draw(st.sampled_from(("keep", "keep", "star", "ask", "last")))
    if change == "star":
        return (*part[:-1], part[-1][: max(len(part[-1]) // 2, 1)] + "*")
    if change == "ask" and part[0][1:]:
        return ("?" + part[0][1:], *part[1:])
    return (*part, "nothing") if change == "last" else part


VALUES = [
    words
    for value in STRANGE
    if "\x02" not in value
    and "\x04" not in value
    and (words := query_words(value))
    and "".join(words).strip("*?")
]
PATHS = [
    tuple(path.split("."))
    for path in (
        *TOP,
        "eventName",
        "eventId",
        "eventTime",
        *(f"{top}.{inner}" for top in TOP[:4] for inner in INNER if inner),
    )
]
PATHS = [path for path in PATHS if all(path)]


@st.composite
def words(draw: Any) -> tuple[str, ...]:
    return _cut(draw, draw(st.sampled_from(VALUES)))


numbers = st.sampled_from(
    (0.0, 1.0, 5.0, 5.5, -5.0, 60.0, 1000.0, 0.1, 1e22, 1.5e300, float(2**53), 0.30000000000000004)
)
moments = st.sampled_from(
    [
        datetime(2026, 3, 1, 2, 3, second, micro, UTC)
        for second in (0, 20, 59)
        for micro in (0, 1, 500, 500_000)
    ]
)
flags = st.booleans()
leaves = (
    st.just(Everything())
    | words().map(Text)
    | st.builds(Field, st.sampled_from(PATHS), words())
    | st.builds(Exists, st.sampled_from(PATHS))
    | st.builds(
        lambda path, low, closed: Range(path, low, None, closed, high_inclusive=False),
        st.sampled_from(PATHS),
        numbers,
        flags,
    )
    | st.builds(Range, st.sampled_from(PATHS), numbers, numbers, flags, flags)
    | st.builds(Range, st.just(("eventTime",)), moments, moments, flags, flags)
)
trees = st.recursive(
    leaves,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(all_of)
        | st.lists(inner, min_size=2, max_size=3).map(any_of)
    ),
    max_leaves=6,
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=trees)
def test_sql_chooses_the_events_that_brute_force_chooses(house: House, tree: Node) -> None:
    """Two evaluators of one language: an alert and a search must never disagree."""
    projection, documents = house.both

    assert by_sql(projection, tree) == by_hand(documents, tree), unparse(tree)


def test_every_value_of_every_event_is_found_by_its_own_words(house: House) -> None:
    """Copying a value into the query is what everybody does first."""
    projection, documents = house.both
    lost = []
    for index, (one, _) in list(enumerate(documents))[:60]:
        for path in ("requestParameters", "userAgent", "errorMessage", "userIdentity.userName"):
            for leaf in leaves_at(one, path):
                found = tuple(tokens(compact(leaf)))[:5]
                safe = found and not set("".join(found)) & set("*?\x02\x03\x04\ufdd0")
                if safe and index not in by_sql(projection, Field(tuple(path.split(".")), found)):
                    lost.append((index, path, leaf))

    assert lost == []


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        "a') OR (1",
        "\\' OR 1",
        "{b0:String}",
        "%(b0)s",
        "a\\",
        "/* x",
        "`idx`",
        "event.`x`: y",
        '"a\\"b": c',
    ],
)
def test_what_a_caller_writes_never_becomes_sql(house: House, text: str) -> None:
    """It is bound; a quote in it is a character like any other."""
    projection, documents = house.both
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    tree = parse(quoted)

    assert by_sql(projection, tree) == by_hand(documents, tree)


@pytest.mark.parametrize("text", ["sourceIpAddress: a*", "sourceIpAddress: a?b*", "not sourceIpAddress: ?"])
def test_a_wildcard_stands_for_any_character_in_a_column_too(house: House, text: str) -> None:
    """Marks that part the line of words are characters like any other in a column, which has no such line."""
    projection, documents = house.both
    tree = parse(text)

    assert by_sql(projection, tree) == by_hand(documents, tree)


@pytest.mark.parametrize(
    "text",
    [
        "channel: console",
        "event.channel: c*",
        "channel: *",
        "channel != terraform",
        "channel > 0",
        "channel.a: *",
    ],
)
def test_the_channel_can_be_asked_for_though_it_stands_in_no_event(house: House, text: str) -> None:
    """How a call came is told from the whole event; a field of that name in an event is not it."""
    projection, documents = house.both
    tree = parse(text)

    assert by_sql(projection, tree) == by_hand(documents, tree)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("eventName: RunInstances", [["runinstances"]]),
        ('userAgent: "Terraform/1.9.5 (linux)"', [["terraform"]]),
        ("requestId: one/two", [["one", "two"]]),
        ("not eventName: RunInstances", []),
        ("not (eventName: Run* or userAgent: curl)", []),
        ("not requestParameters.InstanceId: i-1", [["i-1"]]),
        ("channel: cli", []),
    ],
)
def test_the_index_is_asked_for_what_it_can_help_with(text: str, asked: list[list[str]]) -> None:
    """One word of a dictionary's value, all of another's; nothing below a `not`, where it can only cost."""
    bound = Bindings()
    condition(parse(text), bound)

    assert [value for value in bound.values.values() if isinstance(value, list)] == asked
