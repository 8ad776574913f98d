"""A search as a Sigma rule: read by the ecosystem's own reader, and run by its engine over the same events."""

import re
import sqlite3
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from sigma.backends.sqlite import sqliteBackend
from sigma.rule import SigmaRule

from actiontrail.cli import sample
from actiontrail.event import formats
from actiontrail.event.model import document
from actiontrail.event.selector import matches, parse
from actiontrail.query.sigma import CannotSay, rule

DAY = "2026-01-31"


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    import datetime as dt

    made = sample.events(dt.datetime(2026, 3, 1, tzinfo=dt.UTC), account="1234567890123456")
    raw = [msgspec.json.encode(event) for event in made]
    whole = [document(formats.to_event("actiontrail", one)) for one in raw]
    return [msgspec.json.decode(msgspec.json.encode(one)) for one in whole]


def by_rule(documents: list[dict[str, Any]], text: str) -> list[int]:
    """What an engine that knows nothing of us finds by the rule: the SQLite backend of pySigma."""
    (where,) = sqliteBackend().convert_rule(SigmaRule.from_yaml(text))
    fields = sorted(
        set(re.findall(r"[\"`]?((?:[a-z]\w*\.)*[a-z]\w*)[\"`]?(?= (?:=|LIKE|REGEXP|IS|>|<))", where))
    )
    flat = [_flat(one) for one in documents]
    columns = sorted({name for one in flat for name in one} | set(fields))
    database = sqlite3.connect(":memory:")
    database.create_function(
        "REGEXP", 2, lambda pattern, value: value is not None and re.search(pattern, str(value)) is not None
    )
    named = ", ".join(f'"{name}"' for name in columns)
    database.execute(f"CREATE TABLE logs (at INTEGER, {named})")
    slots = ", ".join("?" for _ in range(len(columns) + 1))
    rows = [(at, *(one.get(name) for name in columns)) for at, one in enumerate(flat)]
    database.executemany(f"INSERT INTO logs VALUES ({slots})", rows)
    condition = where.split(" WHERE ", 1)[1]
    for name in sorted((one for one in columns if "." in one), key=len, reverse=True):
        condition = re.sub(rf'(?<![\w."`]){re.escape(name)}(?![\w."`])', f'"{name}"', condition)
    found = [at for (at,) in database.execute(f"SELECT at FROM logs WHERE {condition}")]
    database.close()
    return found


def _flat(value: Any, above: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, inner in value.items():
        path = f"{above}.{name}" if above else name
        if isinstance(inner, dict):
            found |= _flat(inner, path)
        elif not isinstance(inner, list):
            found[path] = inner
    return found


@pytest.mark.parametrize(
    "query",
    [
        "eventName: StopLogging",
        "eventName: Delete* and not errorCode: *",
        "(serviceName: Ecs or serviceName: Ram) and eventRW: Write",
        'userIdentity.userName: "svc-backup-agent" and not sourceIpAddress: 198.51.100.200',
        "userAgent: terraform",
        'userAgent: "aliyun cli" or userAgent: Terraform*',
        "errorCode: *",
        "sourceIpAddress: 203.0.113.?6",
        "requestParameters.PolicyName: AdministratorAccess",
        "resourceType: ACS::RAM::AccessKey",
        "not (eventRW: Read or eventType: ConsoleSignin)",
        "*",
    ],
)
def test_a_rule_finds_what_the_search_finds(documents: list[dict[str, Any]], query: str) -> None:
    """Whoever takes a search elsewhere must not find something else there."""
    text = rule(query, title="T", day=DAY)
    wanted = [at for at, one in enumerate(documents) if matches(parse(query), one)]

    assert wanted
    assert by_rule(documents, text) == wanted, text


def test_a_rule_has_what_the_specification_asks_for() -> None:
    """Title, id, status, source, detection, level: pySigma reads each, and finds no error."""
    read = SigmaRule.from_yaml(
        rule("eventName: StopLogging and not alice", title="it's: #1", day=DAY), collect_errors=True
    )

    assert (read.errors, read.title, str(read.status), str(read.level), str(read.date)) == (
        [],
        "it's: #1",
        "experimental",
        "medium",
        DAY,
    )
    assert (read.logsource.product, read.logsource.service, len(str(read.id))) == (
        "alibabacloud",
        "actiontrail",
        36,
    )


def test_letters_stay_as_they_were_typed() -> None:
    """A rule is read by people."""
    assert "eventName: 'StopLogging'" in rule("eventName: StopLogging", title="", day=DAY)


@pytest.mark.parametrize(
    "query", ["channel: console", "requestParameters: x", "eventTime > 2026-01-01T00:00:00Z"]
)
def test_what_sigma_cannot_say_is_refused(query: str) -> None:
    """A rule that is wider than it looks is worse than none."""
    with pytest.raises(CannotSay):
        rule(query, title="", day=DAY)


@given(st.text(max_size=60))
@example("\x92 a'b\"c\\d \x85\u2028\ufeff\ufffe\x00\n\t - # :")
def test_every_text_survives_the_rule(text: str) -> None:
    """Also what YAML takes for no text, for the end of a line, or for a mark of its own."""
    assert yaml.safe_load(rule("", title=text, day=DAY))["title"] == (text or "All events")


@pytest.mark.parametrize("value", ["a\x92b", "a\x1bb", "a\u2028b"])
def test_a_value_with_control_characters_is_the_value_that_was_asked_for(value: str) -> None:
    """Escaped, and not replaced: a rule for another value would find other events."""
    told = yaml.safe_load(rule(f'eventName: "{value}"', title="x", day=DAY))

    assert told["detection"]["selection1"] == {"eventName": value}


@pytest.mark.parametrize(
    ("agent", "found"), [("xnbob", False), ("bobtail", False), ("x\tbob", True), ("x/bob\n", True)]
)
def test_words_end_where_the_search_ends_them(agent: str, found: bool) -> None:
    """At a tab, and not at the letter that stands for one."""
    told = yaml.safe_load(rule("userAgent: bob", title="x", day=DAY))
    [(field, pattern)] = told["detection"]["selection1"].items()

    assert field == "userAgent|re"
    assert bool(re.search(pattern, agent)) == matches(parse("userAgent: bob"), {"userAgent": agent}) == found
