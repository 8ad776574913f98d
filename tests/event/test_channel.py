"""The channel of a call, row by row."""

from datetime import UTC, datetime
from typing import Any

import pytest

from actiontrail.event.channel import ROWS, Told, told
from actiontrail.event.model import Event, UserIdentity


def an_event(who: dict[str, Any] | None = None, **fields: Any) -> Event:
    return Event(
        event_id="1",
        event_name="A",
        event_time=datetime(2026, 1, 1, tzinfo=UTC),
        user_identity=UserIdentity(**(who or {})),
        **fields,
    )


TABLE: dict[str, tuple[Event, Told]] = {
    "a sign-in": (an_event(event_type="ConsoleSignin"), Told("console", "event type")),
    "an operation of the console": (
        an_event(event_type="ConsoleOperation", user_agent="Go-http-client"),
        Told("console", "event type"),
    ),
    "an AWS sign-in": (an_event(event_type="AwsConsoleSignIn"), Told("console", "event type")),
    "the platform": (an_event(event_type="AliyunServiceEvent"), Told("service", "event type")),
    "a system caller": (
        an_event({"type": "system"}, user_agent="ecs.aliyuncs.com"),
        Told("service", "caller type"),
    ),
    "a service's address": (
        an_event(source_ip_address="actiontrail.aliyuncs.com"),
        Told("service", "source address"),
    ),
    "on behalf of a service": (
        an_event({"extra": {"invokedBy": "autoscaling.amazonaws.com"}}),
        Told("service", "invoked by"),
    ),
    "on behalf of the console": (
        an_event({"extra": {"invokedBy": "signin.amazonaws.com"}}),
        Told("console", "invoked by"),
    ),
    "terraform": (
        an_event(user_agent="AlibabaCloud (linux; amd64) Go/1.21 Terraform/1.7 Provider/1.2"),
        Told("terraform", "user agent"),
    ),
    "terraform for AWS": (
        an_event(user_agent="APN/1.0 HashiCorp/1.0 Terraform/1.5 aws-sdk-go/1.44"),
        Told("terraform", "user agent"),
    ),
    "the old command line": (an_event(user_agent="aliyuncli/2.0.6"), Told("cli", "user agent")),
    "the command line": (
        an_event(user_agent="AlibabaCloud (Linux; amd64) Golang Aliyun-CLI/3.0.200"),
        Told("cli", "user agent"),
    ),
    "kubectl": (an_event(user_agent="kubectl/v1.30 (linux/amd64)"), Told("cli", "user agent")),
    "gcloud": (an_event(user_agent="google-cloud-sdk gcloud/460"), Told("cli", "user agent")),
    "a console's session": (
        an_event(
            {"access_key_id": "ASIAX"},
            user_agent="aws-sdk-java/1",
            additional_event_data={"sessionCredentialFromConsole": "true"},
        ),
        Told("console", "session from console"),
    ),
    "a console's temporary key": (
        an_event({"access_key_id": "TMP.3Ker"}, user_agent="AlibabaCloud"),
        Told("console", "access key"),
    ),
    "a console's host": (an_event(user_agent="ecs.console.aliyun.com"), Told("console", "user agent")),
    "a console of 2015": (an_event(user_agent="AliyunConsole"), Told("console", "user agent")),
    "a browser": (an_event(user_agent="Mozilla/5.0 (X11; Linux) Firefox/120"), Told("console", "user agent")),
    "an SDK": (
        an_event({"access_key_id": "LTAIX"}, user_agent="AlibabaCloud (Linux; amd64) Python/3.11 Core/2.15"),
        Told("sdk", "user agent"),
    ),
    "a program": (an_event(user_agent="python-requests/2.31"), Told("sdk", "user agent")),
    "a controller of a cluster": (
        an_event(user_agent="kube-controller-manager/v1.30"),
        Told("service", "user agent"),
    ),
    "a key and no user agent": (an_event({"access_key_id": "STS.NUx"}), Told("sdk", "access key")),
    "nothing said": (an_event(), Told("unknown", "")),
    "an address that only looks like a service": (
        an_event(source_ip_address="ecs.aliyuncs.com.example.org"),
        Told("unknown", ""),
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_channel_is_told_by_the_first_evidence_that_fits(case: str) -> None:
    """Whether a person at the console or a program with a key did it is an investigation's first question."""
    event, expected = TABLE[case]
    assert told(event) == expected


def test_every_row_decides_some_case() -> None:
    """A row that nothing reaches is a mistake in the order."""
    assert {(row.channel, row.evidence) for row in ROWS} == {
        tuple(expected) for _, expected in TABLE.values() if expected.evidence
    }
