"""The operations of the public API: one function and one row each.

`SPECS` is every row that there is; the reference page is made from it. Each module makes its
operations from the two or three things that they ask.
"""

from actiontrail.api.operations import events, identity, regions
from actiontrail.api.operations.table import Spec

SPECS: tuple[Spec, ...] = (*events.SPECS, *regions.SPECS, *identity.SPECS)


def described(specs: tuple[Spec, ...] = SPECS) -> str:
    """The rows as a reference page shows them."""
    return "\n\n".join(_section(spec) for spec in specs)


def _section(spec: Spec) -> str:
    lines = [
        f"## {spec.name} ({spec.version})",
        "",
        spec.summary,
        "",
        f"Called with {' or '.join(spec.methods)}. A policy allows it as `{spec.action}` on `{spec.resource}`.",
    ]
    if spec.parameters:
        lines += ["", "| Parameter | Type | Needed | Rule | What it is |", "|---|---|---|---|---|"]
    for parameter in spec.parameters:
        needed = "yes" if parameter.required else "no"
        lines.append(
            f"| `{parameter.name}` | {parameter.kind} | {needed} | {parameter.rule()} | {parameter.note} |"
        )
    return "\n".join(lines)
