"""The language that chooses events: parsed once into a tree, evaluated here, compiled to SQL in `query`. Pure.

`parse` and `unparse` are each other's inverse. Both evaluators hold to `match.py`: what a token is,
what a field's value is, when a range holds.
"""

from actiontrail.event.selector.match import (
    CHANNEL,
    compact,
    leaf_texts,
    leaves_at,
    matches,
    number,
    resolve,
    tokens,
    word_matches,
)
from actiontrail.event.selector.nodes import (
    And,
    Everything,
    Exists,
    Field,
    Node,
    Not,
    Or,
    Range,
    Text,
    all_of,
    any_of,
    unparse,
)
from actiontrail.event.selector.parser import QUERY_BYTES_MAX, SelectorError, parse, split_sql

__all__ = [
    "CHANNEL",
    "QUERY_BYTES_MAX",
    "And",
    "Everything",
    "Exists",
    "Field",
    "Node",
    "Not",
    "Or",
    "Range",
    "SelectorError",
    "Text",
    "all_of",
    "any_of",
    "compact",
    "leaf_texts",
    "leaves_at",
    "matches",
    "number",
    "parse",
    "resolve",
    "split_sql",
    "tokens",
    "unparse",
    "word_matches",
]
