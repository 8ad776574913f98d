"""The three kinds of failure. A fourth kind, a bug, is an `assert` and a traceback.

A room's own errors are small classes under one of the three, next to what raises them. The
message is for a stranger: what was wrong, where, and what to do about it. It never holds a secret.
"""


class Refusal(Exception):
    """The caller asked for what we will not do; nothing changed. Asking again changes nothing either."""


class Outage(Exception):
    """Something we lean on did not answer; trying again may help.

    `retry_after` is how many seconds to wait before that, where we know.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Corruption(Exception):
    """The record does not agree with itself; writing stops and a person is called."""
