"""A trail of a whole organization: whose events it holds, and who may have one."""

from pathlib import Path

from tests.kit.pavement import BUCKET, Street
from tests.kit.yard import ACCOUNT

from actiontrail.access.directory import Directories
from actiontrail.access.keys import Keys
from actiontrail.access.seal import Sealer
from actiontrail.delivery.changes import New
from actiontrail.delivery.trails import Organization, Settings
from actiontrail.service import managed_by
from actiontrail.store.database import Database

MEMBER, STRANGER, NEWCOMER = "2000000000000002", "3000000000000003", "4000000000000004"


def test_an_organizations_trail_holds_the_events_of_its_accounts(tmp_path: Path) -> None:
    """Those who were members when their events were recorded, with the organization's name on every batch."""
    street = Street(tmp_path)
    street.farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, MEMBER))
    settings = Settings(oss_bucket="bucket-1", event_rw="All")
    street.trails.create(New(ACCOUNT, "of-all-of-us", "cn-hangzhou", settings, True))
    street.trails.start(ACCOUNT, "of-all-of-us")
    for account in (ACCOUNT, MEMBER, STRANGER, NEWCOMER):
        street.put(1, account=account)
    street.farm.directory[ACCOUNT] = Organization("rd-1", (ACCOUNT, NEWCOMER))
    street.trails.follow_directory()
    for account in (ACCOUNT, MEMBER, STRANGER, NEWCOMER):
        street.put(1, account=account)
    street.later()
    batches = street.yard.content[BUCKET].values()
    street.close()

    assert (street.yard.held(BUCKET), {batch.organization for batch in batches}) == ([0, 1, 4, 7], {"rd-1"})


def test_only_the_account_that_manages_has_the_organization(tmp_path: Path) -> None:
    """A member could read everybody's events otherwise."""
    database = Database.open(tmp_path)
    keys, directories = Keys(database, Sealer(b"k" * 32)), Directories(database)
    manager, member, alone = (keys.create_account() for _ in range(3))
    made = directories.create(manager)
    directories.add(manager, member)
    managed = managed_by(directories)
    found = managed(manager), managed(member), managed(alone)
    database.close()

    assert found == (Organization(made.id, (manager, member)), None, None)
