"""Whether an operation reads or writes, told from its name. Pure.

A wrong "Read" could hide a change from whoever asks for writes only, so what no row of the table
knows is a Write.
"""

import re

READ, WRITE = "Read", "Write"
READ_VERBS = frozenset(
    {
        "can", "check", "count", "describe", "detect", "download", "estimate", "exists", "explain", "export",
        "fetch", "filter", "find", "get", "head", "inspect", "is", "list", "lookup", "look", "ping",
        "poll", "preview", "query", "read", "resolve", "scan", "search", "select", "show", "simulate", "test", "validate",
        "verify", "view", "watch",
    }
)  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def of(event_name: str) -> str:
    """`Read` or `Write` for an operation such as `DescribeInstances` or `v1.compute.disks.get`."""
    words = _WORD.findall(event_name.replace("/", ".").rsplit(".", 1)[-1])
    if not words:
        return WRITE
    first = words[0].lower()
    if first == "batch" and len(words) > 1:
        first = words[1].lower()
    return READ if first in READ_VERBS else WRITE
