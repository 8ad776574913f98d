"""Users, roles, policies and directories, on both kinds of database, as two processes see them."""

from collections.abc import Callable

import pytest
from tests.access.test_policy import a_statement, text

from actiontrail.access import directory, grants, names, roles, users
from actiontrail.access.accounts import Accounts, UnknownAccount
from actiontrail.access.directory import Directories
from actiontrail.access.grants import Grants
from actiontrail.access.keys import Keys
from actiontrail.access.policy import BadPolicy
from actiontrail.access.roles import RoleChange, Roles
from actiontrail.access.seal import Sealer
from actiontrail.access.users import UserChange, Users
from actiontrail.store.database import Database

READ_ONLY = "AliyunActionTrailReadOnlyAccess"


class House:
    """What one process changes and another one sees."""

    def __init__(self, one: Database, two: Database) -> None:
        self.accounts, self.users, self.roles = Accounts(one), Users(one), Roles(one)
        self.grants, self.seen = Grants(one), Grants(two)
        self.directories, self.seen_directories = Directories(one), Directories(two)
        self.keys = Keys(one, Sealer(b"k" * 32))
        self.account = self.accounts.create("acme").id
        self.other = self.accounts.create().id

    def allows(self, principal: str) -> list[str]:
        return [granted.name for granted in self.seen.granted(self.account, principal)]


@pytest.fixture
def house(pair: tuple[Database, Database]) -> House:
    return House(*pair)


def test_a_user_lives_and_ends(house: House) -> None:
    """Made, found without case, renamed, disabled, signed in, deleted."""
    made = house.users.create(house.account, "Alice", comments="on call")
    change = UserChange(name="alice.li", display_name="Alice Li", state="Inactive")
    house.users.update(house.account, "ALICE", change)
    house.users.signed_in(made.id)
    found = house.users.get(house.account, "Alice.Li")
    listed = house.users.list(house.account)
    house.users.delete(house.account, "alice.li")

    assert (
        len(made.id),
        made.id[0],
        found.id,
        found.display_name,
        found.state,
        listed,
        found.last_login is None,
    ) == (
        18,
        "2",
        made.id,
        "Alice Li",
        "Inactive",
        [found],
        False,
    )
    assert (house.users.list(house.account), house.users.by_id(made.id)) == ([], None)


def test_a_users_name_is_taken_in_one_account_only(house: House) -> None:
    """And nobody finds a stranger's user by it."""
    house.users.create(house.account, "alice")
    theirs = house.users.create(house.other, "alice")
    house.users.create(house.account, "bob")
    problems: list[type[Exception]] = []
    for act in (
        lambda: house.users.create(house.account, "ALICE"),
        lambda: house.users.update(house.account, "bob", UserChange(name="alice")),
        lambda: house.users.get(house.account, "carol"),
        lambda: house.users.create("1", "alice"),
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is compared below
            act()
        problems.append(raised.type)

    assert (problems, house.users.get(house.other, "alice")) == (
        [users.UserExists, users.UserExists, users.UnknownUser, UnknownAccount],
        theirs,
    )


@pytest.mark.parametrize("name", ["", "-a", "a b", "a" * 65, "ä", "a/b", "a:b", "a*"])
def test_a_name_is_one_word(house: House, name: str) -> None:
    """It stands in resource names, where `*`, `/` and `:` have a meaning."""
    with pytest.raises(names.BadName):
        house.users.create(house.account, name)


def test_a_user_with_keys_or_policies_is_not_deleted(house: House) -> None:
    """What still works somewhere is seen before it stops."""
    user = house.users.create(house.account, "alice")
    key = house.keys.create_key(house.account, user=user)
    house.grants.attach(user, "System", READ_ONLY)
    with pytest.raises(users.UserInUse, match="1 access keys and 1 policies"):
        house.users.delete(house.account, "alice")
    house.keys.delete(key.access_key_id)
    house.grants.detach(user, "System", READ_ONLY)

    assert house.users.delete(house.account, "alice") == user


def test_a_users_keys_are_listed_apart_and_few(house: House) -> None:
    """Two, as RAM has it: one in use, and the one that takes its place."""
    user = house.users.create(house.account, "alice")
    made = [house.keys.create_key(house.account, user=user).access_key_id for _ in range(2)]
    house.keys.create_key(house.account)
    with pytest.raises(Exception, match="2 access keys"):
        house.keys.create_key(house.account, user=user)

    listed = house.keys.list(house.account, user=user)
    assert sorted((each.id, each.user_name) for each in listed) == sorted((each, "alice") for each in made)


def test_a_role_lives_and_ends(house: House) -> None:
    """Its trust policy is checked whenever it is given."""
    made = house.roles.create(house.account, "Auditor", description="reads")
    trust = text(
        a_statement(Action="sts:AssumeRole", Resource=None, Principal={"RAM": f"acs:ram::{house.other}:root"})
    )
    with pytest.raises(BadPolicy):
        house.roles.update(house.account, "auditor", RoleChange(trust="{}"))
    with pytest.raises(names.BadName):
        house.roles.update(house.account, "auditor", RoleChange(session_seconds_max=60))
    changed = house.roles.update(house.account, "auditor", RoleChange(trust=trust, session_seconds_max=7200))
    with pytest.raises(roles.RoleExists):
        house.roles.create(house.account, "auditor")
    house.grants.attach(made, "System", READ_ONLY)
    with pytest.raises(roles.RoleInUse):
        house.roles.delete(house.account, "auditor")
    house.grants.detach(made, "System", READ_ONLY)
    house.roles.delete(house.account, "auditor")

    assert (
        made.id[0],
        made.arn,
        changed.trust,
        changed.session_seconds_max,
        house.roles.list(house.account),
    ) == (
        "3",
        f"acs:ram::{house.account}:role/auditor",
        trust,
        7200,
        [],
    )


def test_what_is_attached_holds_in_every_process_at_once(house: House) -> None:
    """Attached, changed, detached: the next request is judged by it."""
    user = house.users.create(house.account, "alice")
    house.grants.create(house.account, "Mine", text(a_statement(Action="actiontrail:Get*")))
    seen = [house.allows(user.id)]
    house.grants.attach(user, "Custom", "mine")
    house.grants.attach(user, "Custom", "Mine")  # once more is well
    house.grants.attach(user, "System", READ_ONLY.lower())
    seen.append(sorted(house.allows(user.id)))
    before = house.seen.granted(house.account, user.id)
    house.grants.update(house.account, "MINE", document=text(a_statement(Effect="Deny")))
    after = house.seen.granted(house.account, user.id)
    house.grants.detach(user, "Custom", "Mine")
    seen.append(house.allows(user.id))

    assert (seen, before == after) == ([[], sorted(["Mine", READ_ONLY]), [READ_ONLY]], False)


def test_a_policy_that_somebody_has_is_not_deleted(house: House) -> None:
    """Nor one of the system's, nor one that is not there."""
    user = house.users.create(house.account, "alice")
    house.grants.create(house.account, "Mine", text(a_statement()))
    house.grants.attach(user, "Custom", "Mine")
    problems: list[type[Exception]] = []
    for act in (
        lambda: house.grants.delete(house.account, "Mine"),
        lambda: house.grants.delete(house.account, READ_ONLY),
        lambda: house.grants.create(house.account, "mine", text(a_statement())),
        lambda: house.grants.create(house.account, READ_ONLY, text(a_statement())),
        lambda: house.grants.create(house.account, "Yours", "{}"),
        lambda: house.grants.attach(user, "Custom", "Yours"),
        lambda: house.grants.detach(user, "System", READ_ONLY),
        lambda: house.grants.get(house.other, "Custom", "Mine"),
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is compared below
            act()
        problems.append(raised.type)
    held = [each.principal for each in house.grants.holders(house.account, "Custom", "Mine")]
    house.grants.detach(user, "Custom", "Mine")
    house.grants.delete(house.account, "Mine")

    assert (problems, held) == (
        [
            grants.PolicyInUse,
            grants.UnknownPolicy,
            grants.PolicyExists,
            grants.PolicyExists,
            BadPolicy,
            grants.UnknownPolicy,
            grants.NotAttached,
            grants.UnknownPolicy,
        ],
        [user.id],
    )


def test_everything_that_can_grow_has_a_limit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that is full says so, and has lost nothing."""
    user = house.users.create(house.account, "alice")
    house.roles.create(house.account, "auditor")
    house.grants.create(house.account, "Mine", text(a_statement()))
    house.grants.attach(user, "Custom", "Mine")
    house.directories.create(house.account)
    for module, limit in (
        (users, "USERS_MAX"),
        (roles, "ROLES_MAX"),
        (grants, "POLICIES_MAX"),
        (grants, "ATTACHED_MAX"),
        (directory, "MEMBERS_MAX"),
    ):
        monkeypatch.setattr(module, limit, 0 if limit == "MEMBERS_MAX" else 1)
    acts: list[tuple[type[Exception], Callable[[], object]]] = [
        (users.TooManyUsers, lambda: house.users.create(house.account, "bob")),
        (roles.TooManyRoles, lambda: house.roles.create(house.account, "other")),
        (grants.TooManyPolicies, lambda: house.grants.create(house.account, "Other", text(a_statement()))),
        (grants.TooManyPolicies, lambda: house.grants.attach(user, "System", READ_ONLY)),
        (directory.TooManyMembers, lambda: house.directories.add(house.account, house.other)),
    ]
    for refusal, act in acts:
        with pytest.raises(refusal):
            act()

    assert house.allows(user.id) == ["Mine"]


def test_a_directory_says_who_belongs_together(house: House) -> None:
    """In every process, from the next question on; and an account belongs to one at most."""
    before = house.seen_directories.organization_of(house.account)
    made = house.directories.create(house.account)
    house.directories.add(house.account, house.other)
    of_manager = house.seen_directories.organization_of(house.account)
    of_member = house.seen_directories.organization_of(house.other)
    problems: list[type[Exception]] = []
    for act in (
        lambda: house.directories.create(house.other),
        lambda: house.directories.create(house.account),
        lambda: house.directories.add(house.account, house.account),
        lambda: house.directories.add(house.other, house.account),
        lambda: house.directories.add(house.account, "1"),
        lambda: house.directories.delete(house.account),
        lambda: house.directories.remove(house.account, house.account),
    ):
        with pytest.raises(Exception) as raised:  # noqa: PT011 - which one is compared below
            act()
        problems.append(raised.type)
    house.directories.remove(house.account, house.other)
    house.directories.delete(house.account)

    assert of_manager is not None
    assert (before, made.id[:3], of_manager.accounts, of_member) == (
        None,
        "rd-",
        (house.account, house.other),
        of_manager,
    )
    assert (problems, house.seen_directories.organization_of(house.other)) == (
        [
            directory.InDirectory,
            directory.InDirectory,
            directory.InDirectory,
            directory.NoDirectory,
            UnknownAccount,
            directory.DirectoryInUse,
            directory.NotAMember,
        ],
        None,
    )
