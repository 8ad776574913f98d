"""The table of public codes: complete, exact, and never saying too much."""

import importlib
import json
import os
import pkgutil
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import actiontrail
from actiontrail.api import wire, xml
from actiontrail.api.signature import SignatureMismatch
from actiontrail.api.throttle import Throttled
from actiontrail.errors import Corruption, Outage, Refusal

ROOMS = ("event", "ledger", "access", "capture", "query", "delivery", "evidence", "api")
# Raised when the house is opened or by the command line, never while a request is answered.
NEVER_ON_THE_WIRE = {
    "SealMissing",
    "DiskFull",  # of an export, long after its request was answered: its name stands in the export
    "SealExists",
    "PassphraseNeeded",
    "WrongPassphrase",
    "NoteKeyMissing",
    "NoteKeyExists",
    "NoteKeyLocked",
    "SecondWriter",
    "RecordExists",
    "NoRecord",
    "NoLedger",
    "RecorderRuns",
    "BadFieldMap",
    "BadAddressDatabase",
}


def refusals() -> Iterator[type[Refusal]]:
    """Every refusal of the rooms that a request passes through."""
    for room in ROOMS:
        package = importlib.import_module(f"actiontrail.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    waiting = [Refusal]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(tuple(f"{actiontrail.__name__}.{room}." for room in ROOMS)):
                yield kind


def test_every_refusal_that_can_reach_a_caller_has_a_public_code() -> None:
    """A refusal without a row would be told in our words alone, which no client can act on.

    If this fails: add the class to `TABLE` in `api/wire.py`, or above if it is raised at start only.
    """
    untold = {
        f"{kind.__module__}.{kind.__name__}"
        for kind in refusals()
        if wire.row(kind.__new__(kind)) == wire.UNTOLD and kind.__name__ not in NEVER_ON_THE_WIRE
    }

    assert untold == set()


def test_every_row_is_a_refusals() -> None:
    """A class that was renamed would leave a row behind that nothing finds."""
    known = {each for kind in refusals() for each in (kind, f"{kind.__module__}.{kind.__qualname__}")}

    assert set(wire.TABLE) - known == set()


def test_the_table_loads_no_search_engine() -> None:
    """The recorder answers refusals too, and has to start fast and stay small."""
    look = "import sys, actiontrail.api.wire; print([m for m in ('pyarrow', 'sqlglot', 'chdb') if m in sys.modules])"
    seen = subprocess.run(
        [sys.executable, "-c", look],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert seen.stdout.strip() == "[]"


def test_every_code_is_told_in_the_reference() -> None:
    """Whoever meets a code looks it up there; whatever is there exists."""
    page = (Path(__file__).parents[2] / wire.ERRORS_PAGE).read_text()
    rows = [*wire.TABLE.values(), wire.UNAVAILABLE, wire.DAMAGED, wire.INTERNAL]
    told = set(re.findall(r"^\| (\d{3}) \| `([^`]+)` \|", page, re.MULTILINE))

    assert {(str(row.status), row.code.replace("{0.name}", "<Parameter>")) for row in rows} == told


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("secret"), sqlite3.Error("secret"), Corruption("secret")]
)
def test_of_a_bug_or_damage_a_caller_learns_only_the_request_id(error: Exception) -> None:
    """What broke is for the log; a stranger could use it."""
    reply = wire.refusal(error, "ID")

    assert (reply.status, b"secret" in reply.body, json.loads(reply.body)["RequestId"]) == (500, False, "ID")


def test_an_outage_says_when_to_come_back() -> None:
    """In seconds for everybody, in milliseconds for the official clients."""
    reply = wire.refusal(Outage("busy", retry_after=0.25), "ID")

    assert (reply.status, reply.headers["retry-after"], reply.headers["x-acs-retry-after"]) == (
        503,
        "1",
        "250",
    )


def test_too_many_calls_are_told_so_that_clients_wait() -> None:
    """Code for the clients, status for everything between."""
    reply = wire.refusal(Throttled("LookupEvents", 2, 0.5), "ID")

    assert (reply.status, json.loads(reply.body)["Code"], reply.headers["x-acs-retry-after"]) == (
        429,
        "Throttling.User",
        "500",
    )


def test_a_mismatch_shows_the_string_that_we_signed() -> None:
    """The old client compares it with its own and then says that the secret is wrong."""
    message = json.loads(wire.refusal(SignatureMismatch("GET&%2F&a"), "ID").body)["Message"]

    assert message.split(":")[1] == "GET&%2F&a"


def test_request_ids_look_as_clients_expect() -> None:
    """Upper-case UUIDs, each new."""
    one, two = wire.new_request_id(), wire.new_request_id()

    assert (one != two, re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", one) is not None) == (
        True,
        True,
    )


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSONS, max_size=4))
def test_every_answer_is_well_formed_xml(value: dict[str, object]) -> None:
    """Events hold whatever a source sent, control characters and odd keys too."""
    assert ET.fromstring(xml.encode("Answer", value).decode()).tag == "Answer"
