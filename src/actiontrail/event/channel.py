"""Through which channel a call came: console, sdk, cli, terraform (any infrastructure code), service, unknown. Pure.

A table, read from the top; the first row whose evidence fits decides. Rows that a caller cannot forge
(the kind of event, a service as its source) stand above those that rest on the user agent, which
anybody may write: the channel is a hint for people, never a proof.
"""

import functools
import re
from typing import NamedTuple

from actiontrail.event.model import Event
from actiontrail.event.reading import first_text

CONSOLE, SDK, CLI, TERRAFORM, SERVICE, UNKNOWN = "console", "sdk", "cli", "terraform", "service", "unknown"


class Row(NamedTuple):
    """If the evidence of that name fits the pattern from its start, the call came through `channel`."""

    channel: str
    evidence: str
    pattern: re.Pattern[str]


CALLERS_MAX = 8192  # remembered; hostile events may bring new ones for ever
KEY_START = 8  # longer than any pattern looks at
_EVIDENCE = (
    "event type",
    "caller type",
    "invoked by",
    "source address",
    "user agent",
    "session from console",
    "access key",
)


class Told(NamedTuple):
    """The channel, and the evidence that told it."""

    channel: str
    evidence: str


def _row(channel: str, evidence: str, pattern: str) -> Row:
    return Row(channel, evidence, re.compile(pattern, re.IGNORECASE | re.DOTALL))


_SERVICE_NAME = r"[a-z0-9.-]+\.(?:aliyuncs|amazonaws)\.com$"
ROWS = (
    _row(CONSOLE, "event type", r"(?:Aws)?Console(?:Sign-?in|Sign-?out|Operation|Call|Action)$"),
    _row(SERVICE, "event type", r"(?:Aliyun|Aws)ServiceEvent$|system_event$"),
    _row(CONSOLE, "invoked by", r"(?:signin|console)\.(?:amazonaws|aliyun)\.com$"),
    _row(SERVICE, "caller type", r"(?:system|AWSService|service)$"),
    _row(CONSOLE, "event type", r"PasswordReset$"),  # unless the machine's operator gave it
    _row(SERVICE, "source address", _SERVICE_NAME),
    _row(SERVICE, "invoked by", _SERVICE_NAME),
    _row(TERRAFORM, "user agent", r".*(?:terraform|opentofu|pulumi|crossplane|ansible|cloudformation|aliyun-ros)"),
    _row(CLI, "user agent", r".*(?:aliyun-?cli|alibaba-?cloud-?cli|aws-cli|gcloud|gsutil|kubectl|azure-?cli|azurepowershell|ossutil|cloud-?shell|\bhelm/)"),
    _row(CONSOLE, "session from console", r"true$"),
    _row(CONSOLE, "access key", r"TMP\."),
    _row(CONSOLE, "user agent", r"[a-z0-9.-]*console\.(?:aliyun|alibabacloud|amazonaws)\.com|AliyunConsole|signin\.amazonaws\.com|\[?S3Console"),
    _row(SERVICE, "user agent", _SERVICE_NAME + r"|AWS Internal$|kube-(?:controller-manager|scheduler|apiserver|proxy)\b|kubelet/"),
    _row(SDK, "user agent", r".*(?:AlibabaCloud|aliyun-?sdk|aliyun-log|boto|aws-sdk|aws-internal|google-api|google-cloud|azsdk|azure-sdk|client-go|grpc|okhttp|python|requests|axios|go-http|httpclient|java/|curl/|wget/|postman|tea-)"),
    _row(CONSOLE, "user agent", r"Mozilla/"),
    _row(SDK, "access key", r"(?:LTAI|STS\.|AKIA|ASIA)"),
)  # fmt: skip


def channel(event: Event) -> str:
    """The channel through which `event` came."""
    return told(event).channel


def told(event: Event) -> Told:
    """The channel through which `event` came, and what told it, such as `user agent`."""
    who = event.user_identity
    return _tell(
        event.event_type,
        who.type,
        first_text(who.extra.get("invokedBy")),
        event.source_ip_address,
        event.user_agent[:1024],
        first_text(event.additional_event_data.get("sessionCredentialFromConsole")),
        who.access_key_id[:KEY_START],
    )


@functools.lru_cache(CALLERS_MAX)
def _tell(*values: str) -> Told:
    """Few callers make most calls, and a search of all patterns for each would cost more than reading the event."""
    evidence = dict(zip(_EVIDENCE, values, strict=True))
    for row in ROWS:
        if (found := evidence[row.evidence]) and row.pattern.match(found):
            return Told(row.channel, row.evidence)
    return Told(UNKNOWN, "")
