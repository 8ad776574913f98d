"""The two forms of an event's resources: lists by type, and the flat pair that ActionTrail delivers. Pure.

`{"A": ["1", "2"], "B": ["3"]}` is types `A;B` and names `1,2;3`, aligned by place.
"""

from collections.abc import Mapping


def flatten(referenced: Mapping[str, list[str]]) -> tuple[str, str]:
    """Types joined by `;`, and the names of each type joined by `,`."""
    return ";".join(referenced), ";".join(",".join(names) for names in referenced.values())


def unflatten(types: str, names: str) -> dict[str, list[str]]:
    """The lists that the flat pair stands for; empty if the two do not align."""
    kinds, groups = types.split(";"), names.split(";")
    if not types or not names or len(kinds) != len(groups):
        return {}
    found: dict[str, list[str]] = {}
    for kind, group in zip(kinds, groups, strict=True):
        found.setdefault(kind, []).extend(name for name in group.split(",") if name)
    return {kind: listed for kind, listed in found.items() if kind and listed}
