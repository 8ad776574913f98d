"""Page tokens that hold a place in a walk, bound to one account and one question by an HMAC. Pure.

Base64 of JSON, as the public API's own tokens are; to everybody but us they say nothing that may be relied on.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any, TypeVar

import msgspec

from actiontrail.api.operations.table import Call, Spec
from actiontrail.errors import Refusal

CHARS_MAX = 4096
P = TypeVar("P")


class InvalidPageToken(Refusal):
    """The token is not one of ours, or belongs to another question."""


class _Token(msgspec.Struct, frozen=True):
    account: str
    place: msgspec.Raw
    check: str


def seal(key: bytes, spec: Spec, call: Call, place: tuple[Any, ...]) -> str:
    """The token that says `place` in the answer to `call`."""
    text = msgspec.json.encode(place)
    token = _Token(call.caller.account, msgspec.Raw(text), _check(key, spec, call, text))
    return base64.b64encode(msgspec.json.encode(token)).decode()


def unseal(key: bytes, spec: Spec, call: Call, kind: type[P]) -> P | None:
    """The place that the `NextToken` of `call` says; None if it has none. Raises `InvalidPageToken`."""
    text = call.values.text("NextToken")
    if not text:
        return None
    try:
        token = msgspec.json.decode(base64.b64decode(text[:CHARS_MAX], validate=True), type=_Token)
        whole = bytes(token.place)
        same = hmac.compare_digest(token.check.encode(), _check(key, spec, call, whole).encode())
        place = msgspec.json.decode(whole, type=kind)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise InvalidPageToken("NextToken is none that we gave") from error
    if not same or token.account != call.caller.account:
        raise InvalidPageToken(
            "NextToken belongs to another question; leave all other parameters as they were"
        )
    return place


def _check(key: bytes, spec: Spec, call: Call, place: bytes) -> str:
    others = {name: value for name, value in call.values.by_name.items() if name != "NextToken"}
    bound = msgspec.json.encode((call.caller.account, spec.name, others), order="sorted")
    return hmac.digest(key, hashlib.sha256(bound).digest() + place, "sha256").hex()[:32]
