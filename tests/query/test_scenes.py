"""The catalogue of scenes: every question in it runs, and most find something in the sample account."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.kit.projection import ACCOUNT, Paper, a_projection

from actiontrail.cli import sample
from actiontrail.query import scenes
from actiontrail.query.engine import Limits
from actiontrail.query.search import Asked, Search

TEMPLATES = [template for scene in scenes.catalogue() for template in scene.template]
DATA = os.environ.get("ACTIONTRAIL_TEST_DATA")
every_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.token)
FOUND_LEAST = 55
REAL = "9999999999999999"


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """The sample account on its first day; and real events of many accounts, as the events of another."""
    ledger = Paper(sample.events(datetime.now(UTC)))
    if DATA:
        lines = (Path(DATA) / "actiontrail" / "events.jsonl").read_bytes().splitlines()
        ledger.write((msgspec.json.decode(line) for line in lines if line.strip()), REAL)
    projection = a_projection(tmp_path_factory.mktemp("scenes"), ledger)
    yield Search(projection, limits=Limits(), rows_max=10_000)
    projection.close()


def test_there_are_scenes_and_templates_enough() -> None:
    """An investigator opens this list first, and should find their question in it."""
    tokens = [template.token for template in TEMPLATES]

    assert (len(scenes.catalogue()) >= 10, len(tokens) >= 60, len(set(tokens)) == len(tokens)) == (
        True,
        True,
        True,
    )


@every_template
def test_every_template_runs_on_the_sample_account(search: Search, template: scenes.Template) -> None:
    """A question that cannot be asked is worse than none."""
    found = search.sql(Asked(account=ACCOUNT, query=template.query))

    assert found.columns


@pytest.mark.skipif(not DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
@every_template
def test_every_template_runs_on_real_events(search: Search, template: scenes.Template) -> None:
    """Real events lack fields, and have others that nobody expected."""
    found = search.sql(Asked(account=REAL, query=template.query))

    assert found.columns


def test_most_templates_find_something_in_the_sample_account(search: Search) -> None:
    """The sample tells of an intrusion; the catalogue is there to find it."""
    found = {one.token for one in TEMPLATES if search.sql(Asked(account=ACCOUNT, query=one.query)).rows}

    wanted = {
        "trail.switchedOff",
        "permission.administratorGranted",
        "compute.snapshotsShared",
        "compute.released",
        "intrusion.persistence",
        "intrusion.newAddress",
        "accessKey.manyAddresses",
        "denied.unauthorized",
    }
    assert (wanted - found, len(found) >= FOUND_LEAST) == (set(), True), sorted(
        {one.token for one in TEMPLATES} - found
    )


@every_template
def test_a_template_is_told_in_both_languages(template: scenes.Template) -> None:
    """Half of its readers read Chinese."""
    texts = (template.name, template.about)
    chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in text.chinese) for text in texts]

    assert (chinese, [text.english.isascii() for text in texts]) == ([True, True], [True, True])


def test_the_conditions_are_told_as_the_public_api_tells_them() -> None:
    """A console shows them as the lines of a form."""
    found = next(one for one in TEMPLATES if one.token == "identity.rootLogin")
    params = msgspec.json.decode(found.params())

    assert [(one.get("oper"), one["key"], one["value"]) for one in params] == [
        (None, "event.eventName", "ConsoleSignin"),
        ("AND", "event.userIdentity.type", "root-account"),
    ]


def test_ids_never_change() -> None:
    """People keep them in scripts and in dashboards."""
    scene = scenes.catalogue()[0]

    assert (scene.id, scene.template[0].id) == ("sc-aJ9qYnOEx9yy3MFIflQCIw", "tpl-QkyV3AmRjhRcvU2Q5BafVw")
