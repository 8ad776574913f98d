"""The gate: every address has an action, and authorization comes before anything else is looked at."""

import json

import pytest
from tests.kit.caller import NOW, acs3
from tests.kit.house import a_still_rpc
from tests.kit.lookup import Shelf

from actiontrail.access.evaluate import Asked, Granted, decide
from actiontrail.access.system_policies import SYSTEM
from actiontrail.api.openapi import ROUTES
from actiontrail.api.operations import SPECS
from actiontrail.api.operations.table import Parameter, Spec, references, resource
from actiontrail.event import effect

REACHES_OUT = "actiontrail:TestTrailDestination"
TRAIL = Spec(
    name="DeleteTrail",
    version="1",
    summary="",
    parameters=(Parameter(name="Name", note="", required=True),),
    action="actiontrail:DeleteTrail",
    resource="acs:actiontrail:{region}:{account}:trail/{Name}",
)


def test_every_address_that_knows_its_caller_asks_whether_they_may() -> None:
    """An address without an action would be open to whoever signs."""
    own = {"nobody", "session"}  # one's own session is one's own

    assert [route.path for route in ROUTES if (route.known_by in own) != (route.action == "")] == []


def test_the_read_only_policy_covers_what_reads_and_nothing_else() -> None:
    """Of every operation and every address of ActionTrail's own, but for the one that reaches out to other hosts."""
    granted = [Granted("p", "System", SYSTEM["AliyunActionTrailReadOnlyAccess"].document)]
    actions = {row.action for row in (*SPECS, *ROUTES) if row.action.startswith("actiontrail:")}
    wrong = [
        action
        for action in actions
        if decide(granted, Asked(action, "acs:actiontrail:r:1:*", {})).allowed
        != (effect.of(action.partition(":")[2]) == effect.READ and action != REACHES_OUT)
    ]

    assert wrong == []


@pytest.mark.parametrize(
    ("given", "named", "referred"),
    [
        (
            {"Name": "prod"},
            "acs:actiontrail:cn-hangzhou:1:trail/prod",
            {"ACS::ActionTrail::Trail": ("prod",)},
        ),
        (
            {"Name": " prod "},
            "acs:actiontrail:cn-hangzhou:1:trail/prod",
            {"ACS::ActionTrail::Trail": ("prod",)},
        ),
        (
            {"Name": "{account}"},
            "acs:actiontrail:cn-hangzhou:1:trail/{account}",
            {"ACS::ActionTrail::Trail": ("{account}",)},
        ),
        ({}, "acs:actiontrail:cn-hangzhou:1:trail/*", {}),
    ],
)
def test_a_resource_is_named_by_the_parameters_that_will_be_read(
    given: dict[str, str], named: str, referred: dict[str, tuple[str, ...]]
) -> None:
    """A name that was judged in one spelling and used in another would be a way around a policy."""
    assert (resource(TRAIL, given, account="1", region="cn-hangzhou"), references(TRAIL, given)) == (
        named,
        referred,
    )


def test_who_may_not_ask_learns_nothing_by_asking() -> None:
    """Not even whether a parameter was right."""
    answering = a_still_rpc(Shelf(), NOW)
    target = "/?Action=LookupEvents&Version=2020-07-06&MaxResults=many"
    codes = [
        json.loads(answering.reply(*acs3("POST", target, key_id=key)).body)["Code"]
        for key in ("LTAIBOB", "LTAIALICE")
    ]

    assert codes == ["NoPermission", "InvalidQueryParameter"]
