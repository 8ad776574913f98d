"""What users, roles and policies may be called, how they are named on the wire, and their new ids. Pure, but for chance."""

import re
import secrets

from actiontrail.errors import Refusal

NAME_CHARS_MAX = 64
POLICY_NAME_CHARS_MAX = 128
REMARK_CHARS_MAX = 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


class BadName(Refusal):
    """A name, or a remark, is not of the form that it may have."""


def check_name(what: str, name: str, *, most: int = NAME_CHARS_MAX) -> None:
    """Raise `BadName` unless `name` has 1 to `most` letters, digits, dots, dashes or underscores."""
    if len(name) > most or not _NAME.fullmatch(name):
        raise BadName(
            f"the {what} {name[:80]!r} must have 1 to {most} letters, digits or one of . - _, a letter or digit first"
        )


def check_remark(what: str, text: str, *, most: int = REMARK_CHARS_MAX) -> None:
    """Raise `BadName` unless `text` is short, and printable."""
    if len(text) > most or not (text.isprintable() or text == ""):
        raise BadName(f"the {what} must have at most {most} printable characters")


def user_arn(account: str, name: str) -> str:
    """How policies name a user."""
    return f"acs:ram::{account}:user/{name}"


def role_arn(account: str, name: str) -> str:
    """How policies and AssumeRole name a role."""
    return f"acs:ram::{account}:role/{name.lower()}"


def new_id(first: str) -> str:
    """18 digits, `first` in front: 2 for users, 3 for roles, as RAM does."""
    return f"{first}{secrets.randbelow(10**17):017d}"
