"""How deep a JSON text is nested, found without going down into it. Pure."""

import re

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_SQUARE = bytes(range(256)).replace(b"{", b"[").replace(b"}", b"]")


def too_deep(text: bytes, most: int) -> bool:
    """Whether `text` is nested deeper than `most`. Of text that is no JSON, only that it does no harm to ask.

    Few brackets cannot nest deep; else strings are dropped, and the innermost pairs are taken off, one
    level at a time.
    """
    brackets = text.translate(_SQUARE, _NOT_BRACKETS)
    if len(brackets) <= 2 * most:
        return False
    brackets = _STRING.sub(b"", text).translate(_SQUARE, _NOT_BRACKETS)
    for _ in range(most):
        fewer = brackets.replace(b"[]", b"")
        if len(fewer) == len(brackets):
            return False
        brackets = fewer
    return bool(brackets)
