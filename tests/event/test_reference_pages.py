"""The reference pages of events and of the search language say what the code does."""

import re
from pathlib import Path

import pytest

from actiontrail.event.channel import ROWS
from actiontrail.event.formats import FORMATS
from actiontrail.event.model import WIRE_NAMES
from actiontrail.event.selector import parse, unparse

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
EVENTS = (REFERENCE / "events.md").read_text()
LANGUAGE = (REFERENCE / "search-language.md").read_text()
EXAMPLES = [
    line
    for block in re.findall(r"^```\n(.*?)^```$", LANGUAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_search_language_is_read(example: str) -> None:
    """People copy the examples first."""
    assert parse(unparse(parse(example))) == parse(example)


def test_every_field_of_an_event_is_told() -> None:
    """A field that is not on the page is found by nobody."""
    assert {name for name in WIRE_NAMES if f"`{name}`" not in EVENTS} == set()


def test_every_format_is_told_by_its_name() -> None:
    """The name is what `?format=` takes."""
    assert re.findall(
        r"^\| `(\w+)` \|", EVENTS.split("## Formats")[1].split("## Channels")[0], re.MULTILINE
    ) == sorted(
        FORMATS,
        key=["actiontrail", "cloudtrail", "kubernetes", "gcp", "azure", "cloudevents", "generic"].index,
    )


def test_the_table_of_channels_is_told_row_by_row() -> None:
    """The order decides, so the page has to have it too."""
    told = re.findall(r"^\| ([a-z ]+) \| [^|]+ \| `(\w+)` \|$", EVENTS.split("## Channels")[1], re.MULTILINE)
    assert [(row.evidence, row.channel) for row in ROWS] == told
