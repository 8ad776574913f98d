"""Samples from the outside world: every one that holds an audit event is mapped."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from actiontrail.event import model
from actiontrail.event.formats import (
    Identity,
    UnknownFormat,
    UnmappableEvent,
    account,
    detect,
    identify,
    to_event,
)

DATA = os.environ.get("ACTIONTRAIL_TEST_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
FOLDER = Path(DATA or ".")

NO_AUDIT_EVENT = {
    "event-asg-instance-failed.json": "a notification of a scaling group",
    "event-config-rule-instance.json": "a request to evaluate a configuration rule",
    "event-config-rule-security-group.json": "a request to evaluate a configuration rule",
    "event-instance-state.json": "a notification of a state",
    "event-phd-ec2-retire.json": "a notice of hardware to be retired",
    "event-scheduled.json": "the tick of a schedule",
    "event-securityhub-cloudtrail-finding-action.json": "a finding",
    "event-securityhub-iamkey-finding-action.json": "a finding",
    "event-securityhub-insight-2.json": "a summary of findings",
    "event-securityhub-lambda-cross.json": "a finding",
    "sqs-discover.json": "a change of configuration, without who made it",
    "network-finding.json": "a finding",
}
FINDINGS_TAKEN = {
    "ec2-duty-event.json",
    "iam-duty-event.json",
}  # findings too, but they have a name and a time of their own


def samples() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("other/c7n/*/*.json")):
        found[path.name] = json.loads(path.read_bytes())
    for path in [FOLDER / "actiontrail/events.jsonl", *sorted(FOLDER.glob("other/stratus/*.jsonl"))]:
        for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else ()):
            found[f"{path.name}:{number}"] = json.loads(line)
    return found


def expected_format(name: str) -> str:
    if name.startswith("events.jsonl"):
        return "actiontrail"
    if name.startswith("azure"):
        return "azure"
    if name in FINDINGS_TAKEN:
        return "generic"
    return "cloudtrail" if (FOLDER / "other/c7n/aws-cwe" / name).exists() else "gcp"


@needs_data
@pytest.mark.parametrize("name", [name for name in samples() if name not in NO_AUDIT_EVENT] if DATA else [])
def test_a_sample_is_told_mapped_identified_and_read_back(name: str) -> None:
    """None of them was made by us, so none of them was made to fit."""
    sample = samples()[name]
    raw = json.dumps(sample).encode()
    told = detect(sample)
    event = to_event(told, raw)
    assert (told, identify(told, raw), model.parse(model.encode(event))) == (
        expected_format(name),
        Identity(event.event_id, account(event)),
        event,
    )


@needs_data
@pytest.mark.parametrize("name", NO_AUDIT_EVENT)
def test_a_sample_without_an_audit_event_is_refused(name: str) -> None:
    """Each holds no "who did what"; the table says what it holds instead."""
    with pytest.raises((UnknownFormat, UnmappableEvent)):
        to_event(detect(samples()[name]), json.dumps(samples()[name]).encode())


@needs_data
@pytest.mark.parametrize("feature", ["http-protocol-binding.feature"])
def test_the_structured_cloudevents_of_the_specification_are_mapped(feature: str) -> None:
    """Their own conformance text is the one example that all senders read."""
    blocks = (FOLDER / "other/cloudevents/features" / feature).read_text().split('"""')
    bodies = [block[block.index("{") :] for block in blocks if '"specversion"' in block]
    names = [to_event(detect(json.loads(body)), body.encode()).event_name for body in bodies]
    assert names == ["com.example.someevent"] * len(names) and names  # noqa: PT018
