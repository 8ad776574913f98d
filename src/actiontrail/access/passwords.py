"""What a password may be, and how it is kept: Argon2id, and never in any other form. Pure, but for chance.

Checking a password takes time and memory on purpose; whoever calls says how many may be checked at once.
Of a name that nobody has, the stand-in is checked, so that an answer takes as long.
"""

import secrets
import string
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from actiontrail.errors import Refusal

CHARS_MIN, CHARS_MAX = 10, 128
BYTES_MAX = 512
DIFFERENT_MIN = 5
# RFC 9106's second choice, but on one thread: two cores are shared with the recorder.
TIME_COST, MEMORY_KIB, THREADS = 3, 64 * 1024, 1
_COMMON = frozenset(
    "password passw0rd 1234567890 0123456789 qwertyuiop 1q2w3e4r5t administrator letmeinplease iloveyou123"
    " welcome123 changeme123 actiontrail password123 password1234 qwerty12345 asdfghjkl123 abcdefghij"
    " admin12345 p@ssw0rd123 1qaz2wsx3edc aliyun12345 root123456".split()
)
_INITIAL = string.ascii_letters + string.digits


class WeakPassword(Refusal):
    """The password is too easy to guess, or not one that can be typed."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Makes and checks hashes under one choice of cost; hashes of another choice are checked, and due for a new one."""

    time_cost: int = TIME_COST
    memory_kib: int = MEMORY_KIB
    threads: int = THREADS
    _hasher: PasswordHasher = field(init=False)
    _stand_in: str = field(init=False)

    def __post_init__(self) -> None:
        hasher = PasswordHasher(
            time_cost=self.time_cost, memory_cost=self.memory_kib, parallelism=self.threads
        )
        object.__setattr__(self, "_hasher", hasher)
        object.__setattr__(self, "_stand_in", hasher.hash(secrets.token_hex(16)))

    def hash(self, password: str) -> str:
        """How `password` is kept; it holds its own salt and cost."""
        return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether `kept` is of `password`. With None it is not, and takes as long to say."""
        if len(password.encode("utf-8", "replace")) > BYTES_MAX:
            password = ""  # which nobody has; a megabyte is not hashed for anybody
        try:
            right = self._hasher.verify(kept or self._stand_in, password)
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    def is_dated(self, kept: str) -> bool:
        """Whether `kept` was made under another choice of cost."""
        return self._hasher.check_needs_rehash(kept)


def check_new(password: str, user_name: str) -> None:
    """Raise `WeakPassword`, which says what is wrong, unless somebody may choose `password`."""
    if not CHARS_MIN <= len(password) <= CHARS_MAX:
        raise WeakPassword(f"a password has {CHARS_MIN} to {CHARS_MAX} characters")
    if not password.isprintable():
        raise WeakPassword("a password has printable characters only")
    if len(set(password)) < DIFFERENT_MIN:
        raise WeakPassword(f"a password has at least {DIFFERENT_MIN} different characters")
    if password.lower() in _COMMON:
        raise WeakPassword("this password is among those that are tried first")
    if len(user_name) > 2 and user_name.lower() in password.lower():
        raise WeakPassword("a password does not contain the user's name")


def new_password() -> str:
    """A first password, to be changed at once."""
    return "-".join("".join(secrets.choice(_INITIAL) for _ in range(5)) for _ in range(4))
