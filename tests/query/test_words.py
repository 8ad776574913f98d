"""The line of words that SQL searches."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.event.reading import NESTING_MAX
from actiontrail.query.words import Writer, escape_path

W = Writer(["eventName"])


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({"a": "One two"}, " \x02a\x03 one two "),
        ({"a": {"B": ["x;y", 1, None, ""]}}, " \x02a.~42\x03 x y \x02a.~42\x03 1 "),
        ({"a": True, "b": 1.5e300, "c": None, "d": ""}, " \x02a\x03 \x04true \x02b\x03 1.5e300 "),
        ({"a": ","}, " \x02a\x03 "),
        ({}, " "),
    ],
)
def test_every_leaf_is_written_with_its_path_and_its_tokens(document: dict[str, object], line: str) -> None:
    """What SQL matches is what the selector sees."""
    assert W.words(document).line == line.encode()


def test_a_value_cannot_pretend_to_be_a_path() -> None:
    """Else an event could claim any field it likes."""
    line = W.words({"a": "x \x02eventname\x03 y"}).line

    assert (line.count(b"\x02"), line.count(b"\x03")) == (1, 1)


@pytest.mark.parametrize(
    ("document", "odd"),
    [
        ({"eventName": "x"}, False),
        ({"eventName": ["x"]}, True),
        ({"eventName": {"x": "y"}}, True),
        ({"eventName.x": "y"}, True),
        ({"other": [{"x": 1}]}, False),
    ],
)
def test_an_event_whose_column_does_not_tell_all_is_marked(document: dict[str, object], odd: bool) -> None:
    """For such an account the compiler asks the words and not the columns."""
    assert W.words(document).odd is odd


def test_paths_survive_the_cutting_of_the_line() -> None:
    """The escape uses no character that a cut changes."""
    assert escape_path("A:b.ü") == "~41~3ab.~c3~bc"


def test_a_string_cannot_pretend_to_be_a_truth_value() -> None:
    """The mark of `true` inside a string is no mark."""
    marked = msgspec.json.decode(msgspec.json.encode({"a": "\x04true", "b": True}))

    assert W.words(marked).line.count(b"\x04true") == 1


@pytest.mark.parametrize(
    "nest", [lambda inner: ["", inner], lambda inner: {"a": inner}, lambda inner: {"b": "", "a": inner}]
)
@pytest.mark.parametrize("marked", [True, False])
def test_an_event_may_nest_as_deep_as_admission_lets_it(
    nest: Callable[[object], object], marked: bool
) -> None:
    """A level that cost two calls would run out of stack, and stop the projection at that event for good."""
    nested: object = "end"
    for _ in range(NESTING_MAX - 1):
        nested = nest(nested)

    assert b" end " in W.words({"a": nested}, marked=marked).line


_LEAVES = st.sampled_from(["", "A,b", "x  y", "%s", "ü;Ü", True, False, None, 1, 2.5, 1e300])
_NAMES = st.sampled_from(["eventName", "eventName.x", "a", "b.c", "é%s", ""])


@given(
    st.dictionaries(
        _NAMES,
        st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(_NAMES, inner), max_leaves=8),
    )
)
def test_one_without_marks_is_written_alike_on_the_short_way(document: dict[str, object]) -> None:
    """The projector promises for most events that no mark is in them; the line must not depend on it."""
    assert W.words(document, marked=False) == W.words(document)
    assert W.words(document) == Writer(["eventName"]).words(document)
