"""What an address under `/v1/` is: its row. Pure.

A row says everything that the document of our own interface says: what is asked, what is answered, which
refusals come. Handlers keep their rows beside them, as `ROUTES`; `api/openapi.py` gathers these. A test fails
for an address that is served without a row, and for a row that nobody serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Known = Literal[
    "signature", "signature or token", "session", "nobody"
]  # who signs may have a session instead


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a request says, in its query or as a JSON object. What it may not say is refused."""


class Answered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What an answer says, beside its `RequestId`. Fields that may be missing are `UnsetType`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One address with one method.

    `body` is what the request's body holds: a struct as JSON, or anything in one of these media types; so are
    `answer`, with the status 200, and `others`, by status. `errors` are refusals of its own, as in `wire.TABLE`.
    """

    name: str  # of the operation, for clients that are generated
    method: Method
    path: str  # with {names}
    summary: str
    group: str
    answer: type[msgspec.Struct] | tuple[str, ...]
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | tuple[str, ...] | None = None
    places: Mapping[str, str] = field(default_factory=dict)  # what the {names} stand for
    others: Mapping[int, type[msgspec.Struct]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # of the answer
    request_headers: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[type[Exception] | str, ...] = ()
    known_by: Known = "signature"
    action: str = ""  # what a policy must allow; empty where nobody has to be known


def content(answer: msgspec.Struct) -> dict[str, Any]:
    """The fields of `answer` under their names on the wire, without those that are unset."""
    pairs = ((each.encode_name, getattr(answer, each.name)) for each in msgspec.structs.fields(answer))
    return {name: value for name, value in pairs if value is not msgspec.UNSET}
