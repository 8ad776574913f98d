"""The operations of the public API: one function and one row each.

`SPECS` is every row that there is; the reference page is made from it. Each module makes its
operations from the two or three things that they ask.
"""

from actiontrail.api.operations import (
    deliveries,
    events,
    governance,
    insights,
    keyaudit,
    lifecycle,
    queries,
    regions,
    selectors,
    sts,
    trails,
    trails_2017,
)
from actiontrail.api.operations.table import Spec

SPECS: tuple[Spec, ...] = (
    *events.SPECS,
    *regions.SPECS,
    *sts.SPECS,
    *trails.SPECS,
    *trails_2017.SPECS,
    *selectors.SPECS,
    *deliveries.SPECS,
    *queries.SPECS,
    *keyaudit.SPECS,
    *insights.SPECS,
    *lifecycle.SPECS,
    *governance.SPECS,
)
