"""Who may do what, over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.access.test_policy import a_statement, text
from tests.kit.access import AccessHouse, an_access_house

from actiontrail.api.people import routes as people_routes

READ_ONLY = "AliyunActionTrailReadOnlyAccess"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[AccessHouse]:
    with an_access_house(tmp_path) as made:
        yield made


def test_a_user_is_made_given_something_and_taken_away(house: AccessHouse) -> None:
    """The whole life of a user, as a page does it."""
    status, made = house.ask(
        "POST", "users", {"name": "alice", "displayName": "Alice", "comments": "on call"}
    )
    _, key = house.ask("POST", "keys", {"user": "alice", "note": "laptop"})
    _, attached = house.ask("PUT", f"users/alice/policies/{READ_ONLY}")
    _, shown = house.ask("GET", "users/alice")
    _, changed = house.ask("PATCH", "users/alice", {"state": "Inactive"})
    early = house.code("DELETE", "users/alice")
    house.ask("DELETE", f"keys/{key['accessKeyId']}")
    _, detached = house.ask("DELETE", f"users/alice/policies/{READ_ONLY}")
    late = house.code("DELETE", "users/alice")
    _, listed = house.ask("GET", "users")

    assert (status, made["user"]["displayName"], len(key["accessKeySecret"]), key["user"]) == (
        200,
        "Alice",
        30,
        "alice",
    )
    assert ([one["name"] for one in attached["policies"]], detached["policies"]) == ([READ_ONLY], [])
    assert [(one["id"], one["note"], one["user"]) for one in shown["keys"]] == [
        (key["accessKeyId"], "laptop", "alice")
    ]
    assert (changed["user"]["state"], early, late, listed) == (
        "Inactive",
        "DeleteConflict.User",
        "ok",
        {"users": []},
    )


def test_a_secret_is_shown_once(house: AccessHouse) -> None:
    """Neither a list nor a page shows it again."""
    house.ask("POST", "users", {"name": "alice"})
    _, key = house.ask("POST", "keys", {"user": "alice"})
    _, token = house.ask("POST", "tokens", {"note": "fluentd"})
    shown = json.dumps([house.ask("GET", each)[1] for each in ("users/alice", "keys", "tokens", "users")])

    assert [secret in shown for secret in (key["accessKeySecret"], token["token"])] == [False, False]


def test_a_role_and_a_policy_live_and_end(house: AccessHouse) -> None:
    """Made, shown with who has it, changed, detached, deleted."""
    document = text(a_statement(Action="actiontrail:LookupEvents"))
    house.ask("POST", "roles", {"name": "auditor", "sessionSecondsMax": 7200})
    house.ask("POST", "policies", {"name": "Looks", "document": document})
    house.ask("PUT", "roles/auditor/policies/looks")
    _, policy = house.ask("GET", "policies/LOOKS")
    _, role = house.ask("PATCH", "roles/auditor", {"description": "for the auditors"})
    codes = [
        house.code(*act)
        for act in (
            ("DELETE", "policies/Looks"),
            ("DELETE", "roles/auditor"),
            ("DELETE", f"policies/{READ_ONLY}"),
        )
    ]
    house.ask("DELETE", "roles/auditor/policies/Looks")
    ends = [house.code(*act) for act in (("DELETE", "policies/Looks"), ("DELETE", "roles/auditor"))]

    assert (policy["policy"]["document"], [(one["kind"], one["name"]) for one in policy["holders"]]) == (
        document,
        [("role", "auditor")],
    )
    assert (role["role"]["description"], role["role"]["sessionSecondsMax"]) == ("for the auditors", 7200)
    assert (codes, ends) == (
        ["DeleteConflict.Policy", "DeleteConflict.Role.Policy", "EntityNotExist.Policy"],
        ["ok", "ok"],
    )


@pytest.mark.parametrize(
    ("method", "target", "body", "code"),
    [
        ("POST", "users", {"name": "a b"}, "InvalidParameter.Name"),
        ("POST", "users", {"name": "Root"}, "InvalidParameter.Name"),
        ("POST", "users", {"nome": "x"}, "InvalidQueryParameter"),
        ("POST", "users", {}, "InvalidQueryParameter"),
        ("PATCH", "users/alice", {"state": "Gone"}, "InvalidQueryParameter"),
        ("GET", "users/nobody", None, "EntityNotExist.User"),
        ("PUT", "users/alice/policies/Nothing", None, "EntityNotExist.Policy"),
        ("POST", "policies", {"name": "P", "document": "{}"}, "InvalidParameter.PolicyDocument"),
        ("POST", "roles", {"name": "R", "trust": "{}"}, "InvalidParameter.PolicyDocument"),
        ("POST", "keys", {"user": "nobody"}, "EntityNotExist.User"),
        ("PATCH", "keys/LTAInone", {"state": "Inactive"}, "EntityNotExist.AccessKey"),
        ("DELETE", "tokens/token-none", None, "EntityNotExist.AccessKey"),
        ("DELETE", "directory", None, "EntityNotExist.ResourceDirectory"),
        ("POST", "accounts", {"name": "x"}, "EntityNotExist.ResourceDirectory"),
        ("PATCH", "accounts/1000000000000009", {"name": "x"}, "EntityNotExist.Member"),
        ("POST", "users/alice", {}, "UnsupportedHTTPMethod"),
        ("GET", "nothing", None, "InvalidAction.NotFound"),
    ],
)
def test_a_wrong_request_is_told_why(
    house: AccessHouse, method: str, target: str, body: object, code: str
) -> None:
    """By the codes that are documented."""
    house.ask("POST", "users", {"name": "alice"})

    assert house.code(method, target, body) == code


@pytest.mark.parametrize(("method", "target"), [("POST", "users/alice"), ("GET", "nothing")])
def test_what_nobody_answers_says_where_to_read_about_it(
    house: AccessHouse, method: str, target: str
) -> None:
    """As every refusal does, though no operation refuses."""
    _, said = house.ask(method, target)

    assert said["Recommend"].endswith(f"#{said['Code'].lower().replace('.', '')}")


def test_whoever_manages_users_does_not_become_the_account(house: AccessHouse) -> None:
    """A key of the account itself may do everything; only the account makes, stops or deletes one."""
    admin = house.a_user("admin", "AliyunRAMFullAccess")
    acts = [
        ("POST", "keys", {"note": "mine"}),
        ("PATCH", f"keys/{house.root.id}", {"state": "Inactive"}),
        ("DELETE", f"keys/{house.root.id}", None),
        ("POST", "keys", {"user": "admin"}),
    ]

    assert [house.code(*act, key=admin) for act in acts] == [
        "NoPermission",
        "NoPermission",
        "NoPermission",
        "ok",
    ]


def test_a_policy_may_speak_of_one_user(house: AccessHouse) -> None:
    """Whoever may manage the keys of one may not manage those of another, however the key is named."""
    house.a_user("alice")
    bobs = house.a_user("bob")
    admin = house.a_user("helper")
    document = text(a_statement(Action="ram:*AccessKey*", Resource="acs:ram:*:*:user/Alice"))
    house.desk.grants.create(house.account, "KeysOfAlice", document)
    house.desk.grants.attach(house.desk.users.get(house.account, "helper"), "Custom", "KeysOfAlice")
    mine = house.key_of(house.account, "alice")
    acts = [
        ("GET", "keys?user=alice", None),
        ("GET", "keys?user=bob", None),
        ("GET", "keys", None),
        ("PATCH", f"keys/{mine.id}", {"state": "Inactive"}),
        ("PATCH", f"keys/{bobs.id}", {"state": "Inactive"}),
    ]

    assert [house.code(*act, key=admin) for act in acts] == [
        "ok",
        "NoPermission",
        "NoPermission",
        "ok",
        "NoPermission",
    ]


def test_an_account_sees_nothing_of_another(house: AccessHouse) -> None:
    """Neither what there is, nor whether there is something."""
    theirs = house.keys.create_account("other")
    house.a_user("secret", account=theirs)
    house.desk.roles.create(theirs, "secret")
    house.desk.grants.create(theirs, "secret", text(a_statement()))
    token = house.keys.create_token(theirs)
    key = house.key_of(theirs)
    codes = [
        house.code(*act)
        for act in (
            ("GET", "users/secret"),
            ("GET", "roles/secret"),
            ("GET", "policies/secret"),
            ("DELETE", f"keys/{key.id}"),
            ("DELETE", f"tokens/{token.token_id}"),
            ("PATCH", f"accounts/{theirs}", {"name": "mine"}),
        )
    ]
    lists = json.dumps(
        [house.ask("GET", each)[1] for each in ("users", "roles", "policies", "keys", "tokens", "accounts")]
    )

    assert codes == [
        "EntityNotExist.User",
        "EntityNotExist.Role",
        "EntityNotExist.Policy",
        "EntityNotExist.AccessKey",
        "EntityNotExist.AccessKey",
        "EntityNotExist.Member",
    ]
    assert [word in lists for word in ("secret", theirs, key.id, token.token_id)] == [False] * 4


def test_a_directory_grows_by_accounts_that_it_makes(house: AccessHouse) -> None:
    """Nobody is made a member against their will; members see whom they belong to, and not each other."""
    before = house.ask("GET", "directory")[1]
    _, made = house.ask("POST", "directory")
    members = [house.ask("POST", "accounts", {"name": name})[1]["account"]["id"] for name in ("one", "two")]
    _, seen = house.ask("GET", "directory")
    listed = [one["id"] for one in house.ask("GET", "accounts")[1]["accounts"]]
    theirs = house.key_of(members[0])
    _, by_member = house.ask("GET", "directory", key=theirs)
    alone = [one["id"] for one in house.ask("GET", "accounts", key=theirs)[1]["accounts"]]
    renamed = house.ask("PATCH", f"accounts/{members[0]}", {"name": "first"})[1]["account"]["name"]
    _, left = house.ask("DELETE", f"directory/members/{members[1]}")

    assert (before, sorted(seen["directory"]["members"]), listed) == (
        {},
        sorted(members),
        [house.account, *sorted(members)],
    )
    assert (by_member["directory"]["members"], by_member["directory"]["id"], alone) == (
        [],
        made["directory"]["id"],
        [members[0]],
    )
    assert (renamed, left["directory"]["members"]) == ("first", [members[0]])


def test_the_reference_page_has_every_address() -> None:
    """Whoever writes a client or a policy reads there. If this fails: put what `people_routes.described()` gives there."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "access.md").read_text()

    assert people_routes.described() in page


def test_whoever_signs_may_ask_who_they_are(house: AccessHouse) -> None:
    """A page shows it, and what counts for them."""
    bob = house.a_user("bob", READ_ONLY)
    _, root = house.ask("GET", "me")
    _, user = house.ask("GET", "me", key=bob)

    assert (
        root["type"],
        root["policies"],
        user["type"],
        user["name"],
        [one["name"] for one in user["policies"]],
    ) == (
        "root-account",
        [],
        "ram-user",
        "bob",
        [READ_ONLY],
    )
