"""The policies that every account has without making them. Nobody can change or delete them.

Their names are RAM's, so that what was attached there can be attached here.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from actiontrail.access.policy import Document, parse

_READING = [
    "actiontrail:Describe*",
    "actiontrail:Export*",
    "actiontrail:Get*",
    "actiontrail:List*",
    "actiontrail:Lookup*",
    "actiontrail:Preview*",
    "actiontrail:Query*",
    "actiontrail:Search*",
    "actiontrail:Verify*",
    "actiontrail:Watch*",
]


class SystemPolicy(NamedTuple):
    """One of them: what it is for, its text, and what the text says."""

    name: str
    description: str
    text: str
    document: Document


def _made(name: str, description: str, *statements: Mapping[str, object]) -> SystemPolicy:
    text = json.dumps({"Version": "1", "Statement": statements}, indent=2)
    return SystemPolicy(name, description, text, parse(text))


def _allow(*actions: str) -> Mapping[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


SYSTEM: Mapping[str, SystemPolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            _made("AdministratorAccess", "Everything in the account.", _allow("*")),
            _made(
                "AliyunActionTrailFullAccess",
                "Everything that ActionTrail does: trails, events, search.",
                _allow("actiontrail:*"),
            ),
            _made(
                "AliyunActionTrailReadOnlyAccess",
                "Looks at trails and events, and changes nothing.",
                _allow(*_READING),
            ),
            _made("AliyunRAMFullAccess", "Users, keys, roles and policies.", _allow("ram:*")),
            _made(
                "AliyunRAMReadOnlyAccess",
                "Looks at users, keys, roles and policies.",
                _allow("ram:Get*", "ram:List*", "ram:SimulatePrincipalPolicy", "ram:ValidatePolicy"),
            ),
            _made(
                "AliyunSTSAssumeRoleAccess",
                "Assumes the roles that trust the caller.",
                _allow("sts:AssumeRole"),
            ),
        )
    }
)
