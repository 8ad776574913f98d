"""Whether an answer is as its operation's row says: every field told, every told field there, all of their types."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from actiontrail.api.operations.table import Field, Spec
from actiontrail.api.wire import Reply

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "object": dict,
    "map": dict,
}


def misfits(spec: Spec, reply: Reply) -> list[str]:
    """What is not as `spec` says, of a good answer in JSON."""
    if (
        spec is None
        or reply.status != 200
        or not reply.headers["content-type"].startswith("application/json")
    ):
        return []
    return misfits_of(spec, json.loads(reply.body))


def misfits_of(spec: Spec, answer: Mapping[str, Any]) -> list[str]:
    """What is not as `spec` says, of a good answer."""
    return list(_object((Field(name="RequestId"), *spec.answer), answer, spec.name))


def _object(fields: tuple[Field, ...], value: Mapping[str, Any], where: str) -> Iterator[str]:
    known = {field.name: field for field in fields}
    for name in value.keys() - known.keys():
        yield f"{where}.{name} is not told"
    for name, field in known.items():
        if name in value:
            yield from _field(field, value[name], f"{where}.{name}")
        elif field.always:
            yield f"{where}.{name} is missing"


def _field(field: Field, value: Any, where: str) -> Iterator[str]:
    if field.many and not isinstance(value, list):
        yield f"{where} is no list"
        return
    for one in value if field.many else [value]:
        strange = field.kind == "integer" and isinstance(one, bool)
        if strange or not isinstance(one, _TYPES[field.kind]):
            yield f"{where} is {type(one).__name__}, not {field.kind}"
        elif field.kind == "object" and field.fields:
            yield from _object(field.fields, one, where)
