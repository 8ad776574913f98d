"""LookupEvents' question, answered from the projection.

Exact and case-sensitive; newest or oldest first by (time, index). A page begins where the last one
ended, by value and not by count, so that events which arrive in between neither hide others nor show them twice.
"""

from typing import Any

from actiontrail.event.selector import tokens
from actiontrail.query import schema
from actiontrail.query.engine import ONE_PAGE, BadQuestion, Limits
from actiontrail.query.projection import Projection
from actiontrail.query.question import KEYS, Page, Position, Question
from actiontrail.query.words import clean

LIMIT_MAX = 1000
_COLUMNS = {
    "ServiceName": "service_name",
    "EventName": "event_name",
    "User": "user_name",
    "EventId": "event_id",
    "EventRW": "event_rw",
    "EventAccessKeyId": "access_key_id",
    "SensitiveAction": "sensitive",
    "SourceIpAddress": "source_ip",
    "EventType": "event_type",
    "RoleName": "role_name",
    "PrincipalId": "principal_id",
    "RequestId": "request_id",
}
_LISTS = {"ResourceType": "resource_types", "ResourceName": "resource_names"}


def lookup(projection: Projection, question: Question, *, limits: Limits | None = None) -> Page:
    """One page of the answer. Raises `BadQuestion` for a key that it does not know."""
    assert 0 < question.limit <= LIMIT_MAX, "the caller keeps to the limit"
    where, bound = _where(question)
    way = "DESC" if question.newest_first else "ASC"
    sql = (
        f"SELECT toUnixTimestamp64Milli(happened), idx, doc FROM {schema.TABLE} WHERE {where}"
        f" ORDER BY account {way}, happened {way}, idx {way} LIMIT {question.limit + 1}"
    )
    found = projection.engine.rows(sql, bound, limits=limits, settings=ONE_PAGE)
    shown = found[: question.limit]
    last = Position(*shown[-1][:2]) if len(found) > len(shown) else None
    return Page([doc.encode() for _, _, doc in shown], last)


def _where(question: Question) -> tuple[str, dict[str, Any]]:
    bound: dict[str, Any] = {"account": question.account, "start": question.start, "end": question.end}
    parts = [
        "account = {account:String}",
        "happened >= fromUnixTimestamp64Milli({start:Int64}, 'UTC')",
        "happened < fromUnixTimestamp64Milli({end:Int64}, 'UTC')",
    ]
    for number, (key, value) in enumerate(question.conditions):
        parts += _condition(number, key, value, bound)
    if question.after is not None:
        bound |= {"after_ms": question.after.time_ms, "after_idx": question.after.index}
        sign = "<" if question.newest_first else ">"
        parts += [
            f"happened {sign}= fromUnixTimestamp64Milli({{after_ms:Int64}}, 'UTC')",
            f"(happened, idx) {sign} (fromUnixTimestamp64Milli({{after_ms:Int64}}, 'UTC'), {{after_idx:UInt64}})",
        ]
    return " AND ".join(parts), bound


def _condition(number: int, key: str, value: str, bound: dict[str, Any]) -> list[str]:
    """The exact test, and the words that any event which passes it must hold, for the index."""
    if key not in KEYS:
        raise BadQuestion(f"there is no lookup key {key[:40]!r}; there are {', '.join(KEYS)}")
    name = f"value{number}"
    bound[name] = value
    exact = (
        f"has({_LISTS[key]}, {{{name}:String}})" if key in _LISTS else f"{_COLUMNS[key]} = {{{name}:String}}"
    )
    words = [clean(word) for word in tokens(value)]
    if not words:
        return [exact]
    bound[f"words{number}"] = words
    return [f"hasAllTokens(words, {{words{number}:Array(String)}})", exact]
