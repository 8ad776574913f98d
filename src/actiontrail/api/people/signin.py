"""How users of the account get in to the console, for whoever looks after them: `/v1/access/users/{user}/…`.

One function for each address; their rows are in `routes.py`. Nobody does this to themselves from the console: whoever
has found an open page would not need the password that `/v1/session/…` asks for before.
"""

from msgspec import UNSET

from actiontrail.access.users import User
from actiontrail.api import opened
from actiontrail.api.people import values
from actiontrail.api.people.acts import Desk, Visit
from actiontrail.errors import Refusal


class OwnSignIn(Refusal):
    """Somebody at the console asks for their own sign-in to be changed without proving who they are."""


def get_signin(desk: Desk, visit: Visit[values.Nothing]) -> values.SignInAnswer:
    """By what they get in, what keeps them out, and where they are in."""
    return _shown(desk, _user(desk, visit))


def give_password(desk: Desk, visit: Visit[values.Nothing]) -> values.PasswordGiven:
    """Answered this once; it has to be changed at the first sign-in, and their sessions are over."""
    user = _another(desk, visit)
    return values.PasswordGiven(user=user.name, password=desk.signin.give_password(user))


def forget_signin(desk: Desk, visit: Visit[values.Nothing]) -> values.SignInAnswer:
    """They cannot sign in any more; keys and policies stay."""
    user = _another(desk, visit)
    desk.signin.forget(user)
    return _shown(desk, user)


def unlock(desk: Desk, visit: Visit[values.Nothing]) -> values.SignInAnswer:
    """They may try again at once."""
    user = _user(desk, visit)
    desk.signin.guesses.unlock(user.account, user.name)
    return _shown(desk, user)


def reset_totp(desk: Desk, visit: Visit[values.Nothing]) -> values.SignInAnswer:
    """The app is gone; their sessions are over."""
    user = _another(desk, visit)
    desk.signin.drop_totp(user)
    return _shown(desk, user)


def end_sessions(desk: Desk, visit: Visit[values.Nothing]) -> values.SignInAnswer:
    """In every browser, at once."""
    user = _user(desk, visit)
    desk.sessions.end_every(user)
    return _shown(desk, user)


def end_session(desk: Desk, visit: Visit[values.Nothing]) -> values.SignInAnswer:
    """In one browser, at once."""
    user = _user(desk, visit)
    desk.sessions.end(user, visit.places["session"])
    return _shown(desk, user)


def _user(desk: Desk, visit: Visit[values.Nothing]) -> User:
    return desk.users.get(visit.account, visit.places["user"])


def _another(desk: Desk, visit: Visit[values.Nothing]) -> User:
    user = _user(desk, visit)
    if visit.caller.kind == "console" and visit.caller.user_id == user.id:
        raise OwnSignIn("change your own sign-in under /v1/session, where you are asked for your password")
    return user


def _shown(desk: Desk, user: User) -> values.SignInAnswer:
    ways, standing = desk.signin.ways(user), desk.signin.guesses.standing(user.account, user.name)
    return values.SignInAnswer(
        user=user.name,
        password=ways.password,
        must_change=ways.must_change,
        totp=ways.totp,
        recovery_codes=ways.recovery_codes,
        linked=ways.linked,
        mistakes=standing.mistakes,
        locked_seconds=standing.locked_seconds or UNSET,
        sessions=[opened.shown(one) for one in desk.sessions.of(user)],
    )
