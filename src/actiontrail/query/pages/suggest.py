"""Completion for the query bar: the names of fields, and the values that a field has.

Values come from the latest events, the commonest first, so that a proposal always finds something; those of a
field that callers gave from the latest that have it, which may be few and old. Names that callers gave are a matter of the
operation: they come from the latest events, and from the first and the last recorded call of each operation, however long ago.
"""

from actiontrail.query import fields
from actiontrail.query.compile import Bindings, holds
from actiontrail.query.pages.ground import TABLE, Answer, Ground, Span
from actiontrail.query.rows import BY_PATH
from actiontrail.query.search import OutOfRange, Seen

LIMIT_MAX = 100
PREFIX_CHARS_MAX = 256
LATEST = 200_000  # events that values are taken from
OPENED = 5_000  # events that are read whole to find names and values inside objects
OPERATIONS = 200  # of which the first and the last call are read, too; those called last
_LISTS = {"resourceType": "resource_types", "resourceName": "resource_names"}
_DERIVED = {"channel": "channel", "__channel__": "channel"}
_NAMES = ("channel", *(name.removeprefix("event.") for name in fields.EVERYTHING))


class Proposal(Answer, frozen=True, kw_only=True):
    """A field's name or a value, and among the latest events how many hold it (0: not counted)."""

    text: str
    count: int


class Suggestions(Answer, frozen=True, kw_only=True):
    """What may stand at the cursor. `of`: fields or values."""

    of: str
    proposals: tuple[Proposal, ...]
    seen: Seen


def suggest(ground: Ground, field: str, prefix: str, span: Span, *, limit: int = 20) -> Suggestions:
    """With a `field`, its values that begin with `prefix`, in any case; without, the names of fields that do."""
    if not 1 <= limit <= LIMIT_MAX or len(prefix) > PREFIX_CHARS_MAX:
        raise OutOfRange(
            f"limit may be 1 to {LIMIT_MAX}, and a prefix has at most {PREFIX_CHARS_MAX} characters"
        )
    if not field:
        found = _names(ground, prefix, span)[:limit]
        return Suggestions(of="fields", proposals=tuple(found), seen=ground.seen)
    return Suggestions(
        of="values", proposals=tuple(_values(ground, field, prefix, span, limit)), seen=ground.seen
    )


def _names(ground: Ground, prefix: str, span: Span) -> list[Proposal]:
    """Names that the language knows; those that begin with the prefix stand before those that only hold it."""
    bare, low = prefix.removeprefix("event."), prefix.removeprefix("event.").lower()
    starting = [name for name in _NAMES if name.lower().startswith(low)]
    holding = [name for name in _NAMES if low in name.lower() and name not in starting] if low else []
    inside = _inside(ground, bare, span) if "." in bare else []
    return [*inside, *(Proposal(text=name, count=0) for name in [*starting, *holding])]


def _inside(ground: Ground, prefix: str, span: Span) -> list[Proposal]:
    """Names that callers gave, below an object such as `requestParameters`."""
    above, _, last = prefix.rpartition(".")
    if not above or above in BY_PATH or fields.resolve(f"{above}.x") is None:
        return []
    bound = Bindings()
    path = "".join(f", {bound.text(step)}" for step in above.split("."))
    mine = ground.mine(bound, span)
    latest = f"SELECT doc, 1 AS fresh FROM {TABLE} WHERE {mine} ORDER BY account DESC, happened DESC, idx DESC LIMIT {OPENED}"
    calls = (  # by their places, which are read faster than times
        f"SELECT arrayJoin([min(idx), max(idx)]) FROM {TABLE} WHERE {mine}"
        f" GROUP BY service_name, event_name ORDER BY max(idx) DESC LIMIT {2 * OPERATIONS}"
    )
    sql = (
        f"SELECT arrayJoin(JSONExtractKeys(doc{path})) AS n, sum(fresh) AS c"
        f" FROM ({latest} UNION ALL SELECT doc, 0 AS fresh FROM {TABLE} WHERE {mine} AND idx IN ({calls}))"
        f" WHERE startsWith(lowerUTF8(n), {bound.text(last.lower())}) GROUP BY n ORDER BY c DESC, n LIMIT {LIMIT_MAX}"
    )
    return [Proposal(text=f"{above}.{name}", count=count) for name, count in ground.rows(sql, bound)]


def _values(ground: Ground, field: str, prefix: str, span: Span, limit: int) -> list[Proposal]:
    bare = field.removeprefix("event.")
    bound = Bindings()
    latest, having = LATEST, ""
    if bare in _LISTS:
        value, read = "arrayJoin(x)", f"{_LISTS[bare]} AS x"
    elif bare in _DERIVED or bare in BY_PATH:
        value, read = "x", f"toString({_DERIVED.get(bare) or BY_PATH[bare].name}) AS x"
    else:
        name = fields.resolve(field)
        if name is None:
            raise OutOfRange(f"there is no field {field[:60]!r}")
        value, read, latest = "x", f"{fields.expression(name, bound)} AS x", OPENED
        if path := fields.given(name):  # few events may have it, and all of them long ago
            having = f" AND {holds(path, bound)}"
    sql = (
        f"SELECT toString({value}) AS v, count() AS c FROM (SELECT {read} FROM {TABLE} WHERE {ground.mine(bound, span)}{having}"
        f" ORDER BY account DESC, happened DESC, idx DESC LIMIT {latest})"
        f" WHERE v != '' AND startsWith(lowerUTF8(v), {bound.text(prefix.lower())})"
        f" GROUP BY v ORDER BY c DESC, v LIMIT {limit}"
    )
    return [Proposal(text=text, count=count) for text, count in ground.rows(sql, bound)]
