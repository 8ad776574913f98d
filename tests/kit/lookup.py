"""LookupEvents by brute force over documents in memory: small, working, and obviously right.

The contract suite `tests/contracts/test_lookup.py` runs over this one and over the projection.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actiontrail.query.question import Page, Position, Question

ACCOUNT = "1000000000000001"


def an_event(event_id: str, *, at: datetime, **fields: object) -> dict[str, Any]:
    """A document in ActionTrail's shape, with what a test says and little else."""
    return {
        "eventId": event_id,
        "eventName": "CreateInstance",
        "serviceName": "Ecs",
        "eventType": "ApiCall",
        "eventRW": "Write",
        "eventTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **fields,
    }


def values(document: Mapping[str, Any], key: str) -> list[str]:
    """What `document` says under a LookupEvents key."""
    identity = document.get("userIdentity") or {}
    resources = document.get("referencedResources") or {}
    user = str(identity.get("userName", ""))
    match key:
        case "User":
            return [user]
        case "PrincipalId":
            return [str(identity.get("principalId", ""))]
        case "EventAccessKeyId":
            return [str(identity.get("accessKeyId", ""))]
        case "RoleName":
            return [user.partition(":")[0]] if identity.get("type") == "assumed-role" else []
        case "SensitiveAction":
            return [str((document.get("eventAttributes") or {}).get("SensitiveAction", ""))]
        case "ResourceType":
            return [*resources, *str(document.get("resourceType", "")).split(";")]
        case "ResourceName":
            flat = str(document.get("resourceName", "")).replace(";", ",").split(",")
            return [*(name for names in resources.values() for name in names), *flat]
        case _:
            return [str(document.get(key[0].lower() + key[1:], ""))]


class Shelf:
    """Documents of accounts, in the order in which they came."""

    def __init__(self) -> None:
        self._events: list[tuple[str, int, dict[str, Any]]] = []

    def put(self, document: dict[str, Any], *, account: str = ACCOUNT) -> None:
        moment = datetime.fromisoformat(document["eventTime"])
        self._events.append((account, int(moment.timestamp() * 1000), document))

    def lookup(self, question: Question) -> Page:
        found = [
            ((time_ms, index), document)
            for index, (account, time_ms, document) in enumerate(self._events)
            if account == question.account
            and question.start <= time_ms < question.end
            and all(value in values(document, key) for key, value in question.conditions)
        ]
        found.sort(key=lambda item: item[0], reverse=question.newest_first)
        if question.after is not None:
            place = (question.after.time_ms, question.after.index)
            found = [
                item for item in found if (item[0] < place if question.newest_first else item[0] > place)
            ]
        page, more = found[: question.limit], found[question.limit :]
        return Page(
            [json.dumps(document).encode() for _, document in page],
            Position(*page[-1][0]) if more else None,
        )
