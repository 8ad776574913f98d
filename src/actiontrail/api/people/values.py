"""What `/v1/access/…` is asked and what it answers, as it stands on the wire. Pure values.

Times are RFC 3339. A secret is answered once, by the request that makes it.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from actiontrail.api.opened import SessionShown
from actiontrail.api.routes import Answered, Asked

State = Literal["Active", "Inactive"]
Name = Annotated[str, Meta(description="1 to 64 letters, digits, dots, dashes or underscores.")]
Document = Annotated[str, Meta(description="A policy in RAM's JSON, as a text.")]


class Nothing(Asked, frozen=True):
    """Nothing is asked beside what stands in the path."""


class NewUser(Asked, frozen=True):
    """A user to be made."""

    name: Name
    display_name: str = ""
    comments: str = ""


class UserChanges(Asked, frozen=True):
    """What is to be another way with a user; what is not given stays."""

    name: str | None = None
    display_name: str | None = None
    comments: str | None = None
    state: State | None = None


class NewRole(Asked, frozen=True):
    """A role to be made; without a trust policy the account decides by its own policies who assumes it."""

    name: Name
    description: str = ""
    trust: Document = ""
    session_seconds_max: int = 3600


class RoleChanges(Asked, frozen=True):
    """What is to be another way with a role; what is not given stays."""

    description: str | None = None
    trust: str | None = None
    session_seconds_max: int | None = None


class NewPolicy(Asked, frozen=True):
    """A policy to be made."""

    name: Name
    document: Document
    description: str = ""


class PolicyChanges(Asked, frozen=True):
    """What is to be another way with a policy; what is not given stays."""

    document: str | None = None
    description: str | None = None


class NewKey(Asked, frozen=True):
    """An access key to be made, of a user; without one of the account itself, which only the account may."""

    user: str = ""
    note: str = ""


class OfUser(Asked, frozen=True):
    """Whose keys; without a user all keys of the account."""

    user: str = ""


class NewToken(Asked, frozen=True):
    """An ingest token to be made."""

    note: str = ""


class StateChange(Asked, frozen=True):
    """Whether a key or a token works."""

    state: State


class NamedAccount(Asked, frozen=True):
    """An account's name."""

    name: str = ""


class PolicyText(Asked, frozen=True):
    """A policy that nobody has yet."""

    document: Document


class Supposed(Asked, frozen=True):
    """What a user or a role would ask for. `context` has condition keys, such as `acs:SourceIp`, and their values."""

    action: Annotated[str, Meta(description="Such as `actiontrail:LookupEvents`.")]
    user: str = ""
    role: str = ""
    resource: Annotated[str, Meta(description="Such as `acs:actiontrail:cn-hangzhou:1:trail/prod`.")] = "*"
    context: dict[str, str] = msgspec.field(default_factory=dict)


class UserShown(Answered, frozen=True):
    """A user. `lastLogin` is when they signed in to the console; missing if never."""

    id: str
    name: str
    display_name: str
    comments: str
    state: State
    arn: str
    created: str
    updated: str
    last_login: str | UnsetType = UNSET


class AttachedShown(Answered, frozen=True):
    """A policy that somebody has."""

    type: Literal["System", "Custom"]
    name: str
    attached: str


class KeyShown(Answered, frozen=True):
    """An access key; `user` is empty for one of the account itself."""

    id: str
    user: str
    state: State
    note: str
    any_account: bool
    created: str
    last_used: str | UnsetType = UNSET


class TokenShown(Answered, frozen=True):
    """An ingest token."""

    id: str
    state: State
    note: str
    any_account: bool
    created: str
    last_used: str | UnsetType = UNSET


class RoleShown(Answered, frozen=True):
    """A role."""

    id: str
    name: str
    description: str
    arn: str
    trust: str
    session_seconds_max: int
    created: str
    updated: str


class PolicyShown(Answered, frozen=True):
    """A policy; the system's have no times."""

    type: Literal["System", "Custom"]
    name: str
    description: str
    document: str
    created: str | UnsetType = UNSET
    updated: str | UnsetType = UNSET


class HolderShown(Answered, frozen=True):
    """Who has a policy: a user or a role."""

    kind: Literal["user", "role"]
    name: str
    attached: str


class AccountShown(Answered, frozen=True):
    """An account."""

    id: str
    name: str
    created: str


class DirectoryShown(Answered, frozen=True):
    """A directory. Members are shown to the management account alone."""

    id: str
    management_account: str
    created: str
    members: list[str]


class Me(Answered, frozen=True):
    """Who asks. `policies` are those that count for them; empty for the account itself, which may do everything."""

    account: str
    type: Literal["root-account", "ram-user", "assumed-role"]
    name: str
    arn: str
    mfa: bool
    policies: list[AttachedShown]


class UserAnswer(Answered, frozen=True):
    """One user, and what they have."""

    user: UserShown
    policies: list[AttachedShown]
    keys: list[KeyShown]


class UsersAnswer(Answered, frozen=True):
    """The account's users, by name."""

    users: list[UserShown]


class RoleAnswer(Answered, frozen=True):
    """One role, and what it has."""

    role: RoleShown
    policies: list[AttachedShown]


class RolesAnswer(Answered, frozen=True):
    """The account's roles, by name."""

    roles: list[RoleShown]


class PolicyAnswer(Answered, frozen=True):
    """One policy, and who has it."""

    policy: PolicyShown
    holders: list[HolderShown]


class PoliciesAnswer(Answered, frozen=True):
    """The system's policies and the account's own."""

    policies: list[PolicyShown]


class AttachedAnswer(Answered, frozen=True):
    """What a user or a role has now."""

    policies: list[AttachedShown]


class KeysAnswer(Answered, frozen=True):
    """Access keys, the oldest first."""

    keys: list[KeyShown]


class KeyMade(Answered, frozen=True):
    """A new access key, with its secret for the only time."""

    access_key_id: str
    access_key_secret: str
    user: str


class TokensAnswer(Answered, frozen=True):
    """Ingest tokens, the oldest first."""

    tokens: list[TokenShown]


class TokenMade(Answered, frozen=True):
    """A new ingest token, for the only time."""

    token_id: str
    token: str


class SignInAnswer(Answered, frozen=True):
    """How a user gets in. `linked`: by single sign-on; `mistakes` in a row, and for how long these keep them out."""

    user: str
    password: bool
    must_change: bool
    totp: bool
    recovery_codes: int
    linked: bool
    mistakes: int
    sessions: list[SessionShown]
    locked_seconds: int | UnsetType = UNSET


class PasswordGiven(Answered, frozen=True):
    """A first password, for the only time; it has to be changed at the first sign-in."""

    user: str
    password: str


class MistakeShown(Answered, frozen=True):
    """What is wrong with a policy: on which line, counted from 1, and at which place in the JSON."""

    line: int
    path: str
    problem: str


class MistakesAnswer(Answered, frozen=True):
    """All mistakes, by line; none if the policy can be used."""

    mistakes: list[MistakeShown]


class WeighedShown(Answered, frozen=True):
    """One statement, counted from 1. `missed`: by what it speaks of something else; empty if it speaks of this."""

    policy: str
    type: Literal["System", "Custom"]
    number: int
    effect: Literal["Allow", "Deny"]
    missed: Literal["", "action", "resource", "condition"]


class SimulatedAnswer(Answered, frozen=True):
    """Whether they may, and by which policy. `explicit`: a statement denies it; else nothing allows it."""

    allowed: bool
    explicit: bool
    policy: str
    statements: list[WeighedShown]


class Done(Answered, frozen=True):
    """It is done; `id` is what it was done to."""

    id: str


class AccountAnswer(Answered, frozen=True):
    """One account."""

    account: AccountShown


class AccountsAnswer(Answered, frozen=True):
    """The caller's account; of a management account also the members of its directory."""

    accounts: list[AccountShown]


class DirectoryAnswer(Answered, frozen=True):
    """The directory that the account manages or belongs to; missing if there is none."""

    directory: DirectoryShown | UnsetType = UNSET
