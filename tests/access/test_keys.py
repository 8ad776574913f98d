"""Credentials: shown once, sealed at rest, stopped at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actiontrail.access import keys as keys_module
from actiontrail.access.accounts import UnknownAccount
from actiontrail.access.keys import (
    BadSession,
    Caller,
    Keys,
    TooManyCredentials,
    UnknownCredential,
    token_matches,
)
from actiontrail.access.roles import Roles
from actiontrail.access.seal import Sealer
from actiontrail.access.users import UserChange, Users
from actiontrail.store.database import FILE_NAME, Database


class House:
    """Two processes' worth of keys over one database, and a clock that stands still."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.time = 1_800_000_000.0
        self.sealer = Sealer(b"k" * 32)
        self.databases = [Database.open(data), Database.open(data)]
        self.server, self.cli = (Keys(each, self.sealer, now=lambda: self.time) for each in self.databases)
        self.account = self.cli.create_account("acme")
        self.users = Users(self.databases[1], now=lambda: self.time)
        self.roles = Roles(self.databases[1], now=lambda: self.time)
        self.role = self.roles.create(self.account, "auditor")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    for database in house.databases:
        database.close()


def test_a_key_answers_with_its_account_and_the_secret_that_was_shown(house: House) -> None:
    """A signature is checked against exactly what the owner was given."""
    made = house.cli.create_key(house.account)

    credential = house.server.credential(made.access_key_id)

    assert credential is not None
    assert (credential.secret, credential.caller) == (
        made.access_key_secret,
        Caller(house.account, "key", house.account, "root", made.access_key_id, False),
    )


def test_ids_and_secrets_have_the_lengths_that_clients_expect(house: House) -> None:
    """Tools of the ecosystem recognise keys by their form, and leak scanners too."""
    made = house.cli.create_key(house.account)

    assert (
        len(house.account),
        made.access_key_id[:4],
        len(made.access_key_id),
        len(made.access_key_secret),
    ) == (16, "LTAI", 24, 30)


@pytest.mark.parametrize("act", ["disable", "delete"])
def test_a_key_stopped_by_another_process_stops_at_once(house: House, act: str) -> None:
    """Whoever disables a leaked key must not have to restart the server, or wait."""
    made = house.cli.create_key(house.account)
    assert house.server.credential(made.access_key_id) is not None

    house.cli.set_state(made.access_key_id, "Inactive") if act == "disable" else house.cli.delete(
        made.access_key_id
    )

    after = house.server.credential(made.access_key_id)
    assert after is None or after.state == "Inactive"


def test_a_key_made_after_it_was_asked_for_is_found(house: House) -> None:
    """An unknown id is remembered as unknown only until somebody changes the keys."""
    token = house.cli.create_token(house.account)
    house.cli.delete(token.token_id)
    assert house.server.token(token.token) is None

    made = house.cli.create_token(house.account)

    assert house.server.token(made.token) is not None


def test_moving_a_cursor_does_not_cost_the_cache(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Followers write several times a second; keys must not be read again for that."""
    from actiontrail.store.cursors import Cursors

    made = house.cli.create_key(house.account)
    house.server.credential(made.access_key_id)
    loads: list[object] = []
    monkeypatch.setattr(house.server, "_load", loads.append)

    Cursors(house.databases[1]).advance("projector", 7)
    house.server.credential(made.access_key_id)

    assert loads == []


def test_nothing_readable_is_at_rest(house: House) -> None:
    """A stolen database without the seal key gives no secret and no token away."""
    key = house.cli.create_key(house.account)
    token = house.cli.create_token(house.account)
    session = house.cli.create_session(house.role, "alice")
    stored = b"".join(path.read_bytes() for path in house.data.glob(FILE_NAME + "*"))

    found = [
        s
        for s in (key.access_key_secret, token.token, session.access_key_secret, session.security_token)
        if s.encode() in stored
    ]

    assert found == []


def test_no_text_form_of_a_credential_shows_its_secret(house: House) -> None:
    """What is put into a log or a traceback must be harmless."""
    made = house.cli.create_key(house.account)

    assert made.access_key_secret not in f"{house.server.credential(made.access_key_id)!r} {house.sealer!r}"


def test_an_ingest_token_is_known_as_one(house: House) -> None:
    """It lies on many machines; whoever steals one learns nothing."""
    made = house.cli.create_token(house.account, any_account=True)

    credential = house.server.token(made.token)

    assert credential is not None
    assert (credential.caller.kind, credential.caller.any_account) == ("token", True)


def test_a_token_is_not_an_access_key(house: House) -> None:
    """Its id is listed in the open; it must not be usable to sign with an empty secret."""
    made = house.cli.create_token(house.account)

    assert house.server.credential(made.token_id) is None


def test_a_session_acts_as_its_role_and_ends(house: House) -> None:
    """Events of an assumed role name the role and the session, as ActionTrail's do."""
    made = house.cli.create_session(house.role, "alice", seconds=900)

    credential = house.server.credential(made.access_key_id)

    assert credential is not None
    assert (credential.caller.user_name, credential.caller.principal_id, credential.expires) == (
        "auditor:alice",
        f"{house.role.id}:alice",
        int(house.time) + 900,
    )


def test_a_security_token_belongs_to_one_session(house: House) -> None:
    """A token of one session does not lend itself to another's key."""
    one = house.cli.create_session(house.role, "alice")
    two = house.cli.create_session(house.role, "alice")
    credential = house.server.credential(one.access_key_id)
    assert credential is not None

    assert [token_matches(credential, s.security_token) for s in (one, two)] == [True, False]


@pytest.mark.parametrize(
    ("session", "seconds"),
    [("a", 900), ("al ice", 900), ("alice", 12 * 3600 + 1), ("alice", 1)],
)
def test_a_session_that_cannot_be_is_refused(house: House, session: str, seconds: int) -> None:
    """Names end up in events; durations are what limits a theft."""
    with pytest.raises(BadSession):
        house.cli.create_session(house.role, session, seconds=seconds)


@pytest.mark.parametrize("act", ["disable", "enable"])
def test_a_user_that_is_disabled_takes_their_keys_along(house: House, act: str) -> None:
    """Somebody leaves: one act must be enough, in every process, and be undone as easily."""
    user = house.users.create(house.account, "alice")
    made = house.cli.create_key(house.account, user=user)
    for state in ("Inactive", "Active") if act == "enable" else ("Inactive",):
        house.users.update(house.account, "Alice", UserChange(state=state))  # type: ignore[arg-type]

    credential = house.server.credential(made.access_key_id)

    assert credential is not None
    assert (credential.state, credential.caller.type, credential.caller.arn) == (
        "Active" if act == "enable" else "Inactive",
        "ram-user",
        f"acs:ram::{house.account}:user/alice",
    )


def test_a_role_that_is_deleted_ends_its_sessions(house: House) -> None:
    """Even in the process that has just let one in."""
    made = house.cli.create_session(house.role, "alice")
    assert house.server.credential(made.access_key_id) is not None

    house.roles.delete(house.account, "auditor")

    assert house.server.credential(made.access_key_id) is None


def test_a_key_of_one_account_is_not_changed_for_another(house: House) -> None:
    """Ids are no secret; knowing one must not be enough to stop a stranger's key."""
    made = house.cli.create_key(house.account)
    with pytest.raises(UnknownCredential):
        house.cli.delete(made.access_key_id, account="1000000000000009")

    assert house.server.credential(made.access_key_id) is not None


def test_sessions_long_over_are_forgotten(house: House) -> None:
    """They would fill the table for ever."""
    house.cli.create_session(house.role, "alice", seconds=900)
    house.time += 13 * 3600

    fresh = house.cli.create_session(house.role, "alice")

    with house.databases[0].read() as connection:
        rows = connection.exec_driver_sql("SELECT id FROM credentials").scalars().all()
    assert rows == [fresh.access_key_id]


def test_last_used_is_kept_without_a_write_for_each_request(house: House) -> None:
    """An unused key can be found; ten thousand requests a second do not each write."""
    made = house.cli.create_key(house.account)
    stamp = house.databases[1].watch.stamp()
    for _ in range(100):
        house.server.used(made.access_key_id)
    unwritten = house.databases[1].watch.stamp() == stamp
    house.server.flush()

    assert (unwritten, house.cli.list(house.account)[0].last_used) == (True, int(house.time))


def test_what_is_not_there_is_refused_by_name(house: House) -> None:
    """A typo in an id must not look like success."""
    with pytest.raises(UnknownCredential, match="LTAInone"):
        house.cli.set_state("LTAInone", "Inactive")
    with pytest.raises(UnknownAccount):
        house.cli.create_key("1000000000000000")


def test_an_account_has_a_bounded_number_of_keys(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can grow has a limit."""
    monkeypatch.setattr(keys_module, "CREDENTIALS_MAX", 2)
    house.cli.create_key(house.account)
    house.cli.create_token(house.account)

    with pytest.raises(TooManyCredentials):
        house.cli.create_key(house.account)
