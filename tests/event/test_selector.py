"""The selector language: what it reads, what it chooses, how it complains."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrail.event.selector import (
    And,
    Everything,
    Exists,
    Field,
    Node,
    Not,
    Or,
    Range,
    SelectorError,
    Text,
    all_of,
    any_of,
    leaf_texts,
    matches,
    parse,
    split_sql,
    tokens,
    unparse,
)  # fmt: skip
from actiontrail.event.selector.match import query_words

EVENT: dict[str, Any] = {
    "eventName": "StopInstance",
    "eventTime": "2026-03-01T02:03:04Z",
    "eventRW": "Write",
    "userAgent": "Mozilla/5.0 (Windows NT 10.0) Chrome/91.0",
    "isGlobal": False,
    "errorCode": "",
    "requestParameters": {
        "LookupAttribute.1.Key": "EventRW",
        "Ttl": 60,
        "Tags": [],
        "Ids": ["i-1", "i-2"],
        "Nested": {"a": {"b": 1}},
    },
    "resourceType": "ACS::ECS::Instance",
    "userIdentity": {"userName": "alice", "accessKeyId": "LTAI5tExample", "accountId": "1000000000000001"},
}

CHOOSES = [
    "", "*", "* and StopInstance", "stopinstance", "STOPINSTANCE", "Stop*", "*instance", "S*p?ns*", "Chrome", '"Windows NT"', "91.0", "60",
    "eventName: StopInstance", "event.eventName: stopinstance", "event.eventName : StopInstance", '"event.eventName": "StopInstance"', "eventName:Stop*",
    "eventName = StopInstance", "eventName != Start", "userAgent: Mozilla", 'userAgent: "5.0 (Windows"', "resourceType: ACS::ECS::Instance",
    "ACS::ECS::Instance", "event.userIdentity.accessKeyId: *", 'event.userIdentity.accessKeyId: "?*"', "not errorCode: *", 'errorCode: ""', "errorCode is null",
    "errorCode != 'x'", "eventName is not null", "not event.errorMessage: denied", "requestParameters.LookupAttribute.1.Key: EventRW",
    "event.requestParameters.Ids: i-2", "requestParameters.Ttl > 59", "requestParameters.Ttl >= 60 and requestParameters.Ttl <= 60", "requestParameters.Ttl: [1 60]",
    "requestParameters.Ttl in (59 60]", "requestParameters.Ttl in [60, *]", "requestParameters.Ttl = 60", "userIdentity.accountId > 5",
    "eventTime >= 2026-03-01T02:03:04Z", "eventTime in [2026-03-01 2026-03-02)", 'eventTime < "2026-03-01T10:03:05+08:00"', "isGlobal: false",
    "requestParameters: i-2", "requestParameters.Nested.a: 1", "requestParameters.LookupAttribute: EventRW", "not a and not b", "a or Stop*", "(a or StopInstance) alice", "NOT x AND alice OR y", "alice not bob", "not not alice",
    "event.requestParameters.Nested.a.b: 1", "not requestParameters.Tags: *",
]  # fmt: skip
PASSES_OVER = [
    "eventname", "Stop", "topInstance", "Chrome/92", '"NT Windows"', "eventName: Stop", "eventName: Instance", "eventname: StopInstance", "errorCode: *",
    "false", "userIdentity.accessKeyId: LTAI5", "requestParameters.Ttl > 60", "requestParameters.Ttl in (60 70]", "requestParameters.Ttl in [70 50]",
    "eventName > 5", "eventTime > 2026-03-01T02:03:04Z", "isGlobal > 0", "alice and bob", "alice bob or carol", "not (alice or bob)", "requestParameters.Tags: *",
    "requestParameters.Ids: i-1,i-2", "requestParameters.Nested.a: b", "requestParameters.Nest: 1", "nowhere.at.all: x", "nowhere > 1",
]  # fmt: skip


@pytest.mark.parametrize("query", CHOOSES)
def test_an_event_is_chosen_by_what_it_holds(query: str) -> None:
    """Each row is a question that people ask in the managed service, or a rule of ours."""
    assert matches(parse(query), EVENT)


@pytest.mark.parametrize("query", PASSES_OVER)
def test_an_event_is_passed_over_where_a_word_only_looks_alike(query: str) -> None:
    """A selector that takes too much hides the event that matters among others."""
    assert not matches(parse(query), EVENT)


TREES: dict[str, Node] = {
    "a b or c": Or((And((Text(("a",)), Text(("b",)))), Text(("c",)))),
    "not a b": And((Not(Text(("a",))), Text(("b",)))),
    "(a and b) and c": And((Text(("a",)), Text(("b",)), Text(("c",)))),
    "a And (b oR c)": And((Text(("a",)), Or((Text(("b",)), Text(("c",)))))),
    "event.a.b: *": Exists(("a", "b")),
    "event: x": Field(("event",), ("x",)),
    'a: "and"': Field(("a",), ("and",)),
    "eventTime > 1772330584": Range(
        ("eventTime",),
        datetime(2026, 3, 1, 2, 3, 4, tzinfo=UTC),
        None,
        low_inclusive=False,
        high_inclusive=False,
    ),
    'x: "a \\"b\\\\"': Field(("x",), ("a", "b\\")),
}


@pytest.mark.parametrize("query", TREES)
def test_a_query_binds_as_the_reference_says(query: str) -> None:
    """`not` before `and` before `or`; two terms side by side are an `and`."""
    assert parse(query) == TREES[query]


@pytest.mark.parametrize("words", [("*?",), ("**",), ("and",), ("a", "*"), ("-?",)])
def test_words_of_wildcards_and_keywords_are_read_back_as_words(words: tuple[str, ...]) -> None:
    """Without quotes they would come back as everything, or as an error."""
    assert parse(unparse(Text(words))) == Text(words)


ERRORS = {
    "event.a:": (1, 9, "a value"),
    "a and": (1, 6, "a word, a field or `(`"),
    "or b": (1, 1, "a word, a field or `(`"),
    "(a\nor b": (2, 5, "`)`"),
    "a)": (1, 2, "`and`, `or` or the end"),
    "()": (1, 2, "a word, a field or `(`"),
    'a: "b': (1, 4, 'a closing "'),
    "a: and": (1, 4, "a value"),
    "a in [1 2 3]": (1, 11, "`]` or `)`"),
    "a in [* *]": (1, 7, "a range with at least one end"),
    "a > b": (1, 5, "a number"),
    "eventTime > soon": (1, 13, "a time"),
    "a..b: c": (1, 1, "a field such as event.userIdentity.userName"),
    'a: "/"': (1, 4, "a value with a letter or digit in it"),
    "a | select 1": (1, 3, "`and`, `or` or the end"),
    "(" * 100 + "a": (1, 66, "at most 64 levels of parentheses and `not`"),
    "not " * 100 + "a": (1, 261, "at most 64 levels of parentheses and `not`"),
    "a " * 3000: (1, 4001, "at most 2000 terms"),
    "a" * 70_000: (1, 1, "a query of at most 65536 bytes"),
    "a." * 80 + "b: c": (1, 1, "a field of at most 64 steps"),
}


@pytest.mark.parametrize("query", ERRORS, ids=range(len(ERRORS)))
def test_a_mistake_is_shown_at_its_place_with_what_was_expected(query: str) -> None:
    """Whoever typed it should see at once what to change."""
    with pytest.raises(SelectorError) as refusal:
        parse(query)
    assert (refusal.value.line, refusal.value.column, refusal.value.expected) == ERRORS[query]


def test_an_error_is_drawn_under_the_query() -> None:
    """The caret does what a column number cannot."""
    with pytest.raises(SelectorError) as refusal:
        parse("alice and event.eventName: )")
    assert str(refusal.value).splitlines()[:3] == [
        "line 1, column 28: expected a value, found `)`",
        "  alice and event.eventName: )",
        "                             ^",
    ]


@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("serviceName: (Ecs or Rds)", "For one of several values write `field: a or field: b`."),
        ("eventVersion >= many", "Only `eventTime` is compared with times, all else with numbers."),
        ("(alice", "The parenthesis at column 1 is still open."),
    ],
)
def test_a_mistake_says_what_to_write_instead(query: str, remedy: str) -> None:
    """Also where somebody writes as another product has it."""
    with pytest.raises(SelectorError) as refusal:
        parse(query)
    assert remedy in str(refusal.value).splitlines()[3]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a and b", ("a and b", None)),
        ("a | select count(1) as c", ("a ", "select count(1) as c")),
        ('x: "a|b" | select 1 | x', ('x: "a|b" ', "select 1 | x")),
        ("x != 'a|b' | select '|'", ("x != 'a|b' ", "select '|'")),
        ('x: "open | select', ('x: "open | select', None)),
        ("* |", ("* ", None)),
    ],
)
def test_sql_begins_after_the_first_bar_outside_quotes(text: str, parts: tuple[str, str | None]) -> None:
    """A bar in a user agent is not SQL."""
    assert split_sql(text) == parts


def test_values_are_cut_at_the_delimiters_of_the_log_service() -> None:
    """Both evaluators rest on this list; a dot, a dash and an underscore do not cut."""
    assert tokens("GET /a.b-c_d?X=1&y;(ÄÖ)[É]{q}<r>@s:t,'u'\"v\"\n\t\r") == [
        "get", "a.b-c_d", "x", "1", "y", "ÄÖ", "É", "q", "r", "s", "t", "u", "v",
    ]  # fmt: skip


def test_only_strings_and_numbers_are_searched_by_bare_words() -> None:
    """Names of fields are in every event: a word would find all of them."""
    assert leaf_texts({"a": "x", "b": [1, 2.5, True, None, {"c": "y"}]}) == ["x", "1", "2.5", "y"]


def test_many_stars_against_a_long_token_end_soon() -> None:
    """One query must not stop the live tail for everybody."""
    assert not matches(parse("*a" * 500 + "b"), {"x": "a" * 200_000})


letters = st.text(alphabet="abAB.-_*?/:\"'\\ |()[]{}é€,=<>!\n", min_size=1, max_size=6)
words = letters.map(query_words)
steps = st.text(alphabet='abE-_ "\\:é', min_size=1, max_size=4)
paths = st.lists(steps, min_size=1, max_size=3).map(tuple).filter(lambda path: path[0] != "event")
numbers = st.floats(allow_nan=False, allow_infinity=False)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2261, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


def is_a_word(found: tuple[str, ...]) -> bool:
    return bool("".join(found).strip("*?"))


def closed(low: Any, high: Any, flags: tuple[bool, bool]) -> tuple[Any, Any, bool, bool]:
    return low, high, flags[0] and low is not None, flags[1] and high is not None


flags = st.tuples(st.booleans(), st.booleans())
ranges = st.builds(
    lambda path, low, high, both: Range(path, *closed(low, high, both)),
    paths,
    numbers,
    st.none() | numbers,
    flags,
) | st.builds(
    lambda low, high, both: Range(("eventTime",), *closed(low, high, both)),
    st.none() | moments,
    moments,
    flags,
)
leaves = (
    st.just(Everything())
    | words.filter(is_a_word).map(Text)
    | st.builds(Field, paths, words.filter(is_a_word))
    | st.builds(Exists, paths | st.just(("event", "x")))
    | ranges
)
trees = st.recursive(
    leaves,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(all_of)
        | st.lists(inner, min_size=2, max_size=3).map(any_of)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(trees)
def test_a_tree_is_read_back_from_its_text(tree: Node) -> None:
    """Saved selectors are stored as text; what comes back must choose the same events."""
    assert parse(unparse(tree)) == tree


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab*?.:=<>!()[]\"'\\|, \nandornotis5é", max_size=30))
def test_any_text_is_a_tree_or_a_selector_error(text: str) -> None:
    """Nothing that a person can type is a crash."""
    try:
        tree = parse(text)
    except SelectorError:
        return
    assert parse(unparse(tree)) == tree


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20).filter(lambda text: tokens(text) and not set(text) & {"*", "?"}))
def test_a_value_is_always_found_by_itself(value: str) -> None:
    """Copying a value from an event into the query is what everybody does first."""
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert matches(parse(f"a.b: {quoted}"), {"a": {"b": value}}) and matches(parse(quoted), {"a": [value]})  # noqa: PT018


def test_the_queries_of_the_compliance_rules_parse() -> None:
    """They come from rules in use, with their spelling mistakes."""
    data = os.environ.get("ACTIONTRAIL_TEST_DATA")
    if not data:
        pytest.skip("ACTIONTRAIL_TEST_DATA is not set")
    queries = json.loads((Path(data) / "actiontrail/cis_queries.json").read_bytes())
    trees = [parse(split_sql(one["query"])[0]) for one in queries]
    assert trees and all(parse(unparse(tree)) == tree for tree in trees)  # noqa: PT018
