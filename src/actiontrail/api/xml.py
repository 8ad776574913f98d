"""An answer as XML, for clients that ask for `Format=XML`. Pure.

A list is its element repeated; what is no XML name becomes `<Entry name="…">`, and characters that XML
cannot hold become U+FFFD, so that every answer is well-formed.
"""

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*", re.ASCII)
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode(root: str, value: object) -> bytes:
    """`value`, which JSON could hold, under the element `root`."""
    return (HEAD + "".join(_element(root, value)) + "\n").encode()


def _element(name: str, value: object) -> Iterable[str]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _element(name, item)
        return
    if _NAME.fullmatch(name):
        opening = closing = name
    else:
        opening, closing = f"Entry name={quoteattr(_UNSPEAKABLE.sub('�', name))}", "Entry"
    yield f"<{opening}>"
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _element(str(key), inner)
    else:
        yield _text(value)
    yield f"</{closing}>"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_UNSPEAKABLE.sub("�", str(value)))
