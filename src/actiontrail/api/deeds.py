"""What was done through a face of the service, as an event in the public format. Pure.

The shape is the one in which ActionTrail records itself: host, parameters, identity, answer or error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import msgspec

from actiontrail.access.keys import Caller
from actiontrail.api.origin import Origin
from actiontrail.event import effect
from actiontrail.event.moment import of_seconds

EventType = Literal["ApiCall", "ConsoleOperation", "ConsoleSignin", "ConsoleSignout", "PasswordReset"]
_SERVICE_OF: Mapping[str, str] = {"PasswordReset": "aascustomer"}  # where rules look for it
TEXT_CHARS_MAX = 8192  # of one value
VALUES_MAX = 200  # of one object or list
DEPTH_MAX = 6
ERROR_CHARS_MAX = 1024
SERVICES: Mapping[str, str] = {
    "aascustomer": "AasCustomer",
    "aassub": "AasSub",
    "actiontrail": "Actiontrail",
    "ims": "Ims",
    "ram": "Ram",
    "resourcemanager": "ResourceManager",
    "sts": "Sts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a request asks to have done, as policies and events name it."""

    action: str  # service:Operation
    resource: str = "*"  # an ARN; * stands for everything of the service in the account
    any_region: bool = False  # no region was addressed; the one in `resource` is the service's own
    version: str = "v1"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # names of resources, by type
    quiet: bool = False  # not recorded if it goes well, such as what is proposed while somebody types
    event: EventType | None = None  # what it is in the record, where that has a kind of its own

    @property
    def name(self) -> str:
        """The operation."""
        return self.action.partition(":")[2]

    @property
    def writes(self) -> bool:
        """Whether it changes anything, as its name tells."""
        return effect.of(self.name) == effect.WRITE


def password_reset(user_name: str) -> Deed:
    """A user gets another password, whoever gives it: themselves, an administrator, the machine's operator.

    Policies judge it as RAM's `UpdateLoginProfile`; in the record it is what the public service calls it.
    """
    return Deed(
        action="ram:UpdateLoginProfile",
        parameters={"UserName": user_name},
        references={"ACS::RAM::User": (user_name,)},
        event="PasswordReset",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A deed, by whom, from where, and how it went."""

    caller: Caller
    where: Origin
    deed: Deed
    request_id: str
    event_type: EventType = "ApiCall"
    error_code: str = ""
    error_message: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    additional: Mapping[str, Any] = field(default_factory=dict)  # goes into additionalEventData
    operator: str = ""  # the machine's user, of a deed that nobody signed for: the command line's
    look: str = ""  # at a page of the console, of which this is a part

    def failed(self, code: str, message: str) -> "Telling":
        """The same, refused."""
        return replace(self, error_code=code, error_message=message[:ERROR_CHARS_MAX])

    def answered(self, answer: Mapping[str, Any]) -> "Telling":
        """The same, done."""
        return replace(self, answer=answer)


def event_of(told: Telling, *, region: str, now: float) -> dict[str, Any]:
    """The event. Secrets in it are still to be masked."""
    deed, caller, where = told.deed, told.caller, told.where
    service, _, name = deed.action.partition(":")
    if deed.event:
        service, name = _SERVICE_OF.get(deed.event, service), deed.event
    moment = of_seconds(now)
    event: dict[str, Any] = {
        "eventId": told.request_id,
        "eventVersion": 1,
        "eventCategory": "Management",
        "eventName": name,
        "eventType": deed.event or told.event_type,
        "eventRW": "Write" if deed.writes else "Read",
        "eventTime": moment,
        "eventSource": where.host or f"{service}.{region}",
        "serviceName": SERVICES.get(service, service.capitalize()),
        "apiVersion": deed.version,
        "acsRegion": region,
        "requestId": told.request_id,
        "sourceIpAddress": where.address or "Internal",
        "userAgent": where.agent,
        "userIdentity": _operator(caller) if told.operator else _identity(caller, moment),
        "recipientAccountId": caller.account,
        "isGlobal": False,
        "requestParameters": _parameters(told, region),
        "additionalEventData": {"Scheme": "https" if where.secure else "http", **told.additional},
    }
    if told.operator:
        event["additionalEventData"]["operator"] = told.operator
    if deed.references:
        event["referencedResources"] = {kind: list(names) for kind, names in deed.references.items()}
        event["resourceType"] = ";".join(deed.references)
        event["resourceName"] = ";".join(",".join(names) for names in deed.references.values())
    if told.error_code:
        event |= {"errorCode": told.error_code, "errorMessage": told.error_message}
    elif deed.writes:
        event["responseElements"] = {"RequestId": told.request_id, **bounded(dict(told.answer), DEPTH_MAX)}
    return event


def _identity(caller: Caller, moment: str) -> dict[str, Any]:
    began = of_seconds(caller.since) if caller.since else moment
    identity: dict[str, Any] = {
        "type": caller.type,
        "principalId": caller.principal_id,
        "accountId": caller.account,
        "userName": caller.user_name or "root",
        "sessionContext": {
            "attributes": {"mfaAuthenticated": "true" if caller.mfa else "false", "creationDate": began}
        },
    }
    if caller.access_key_id:
        identity["accessKeyId"] = caller.access_key_id
    return identity


def _operator(caller: Caller) -> dict[str, Any]:
    """The machine's operator is no caller: the program acts, as a cloud service does."""
    return {"type": "system", "accountId": caller.account, "userName": caller.user_name}


def _parameters(told: Telling, region: str) -> dict[str, Any]:
    """What was asked, and what the gateway adds."""
    service = told.deed.action.partition(":")[0]
    said: dict[str, Any] = {
        "AcsHost": told.where.host,
        "AcsProduct": SERVICES.get(service, service.capitalize()),
        "HostId": told.where.host,
        "RequestId": told.request_id,
        "Region": region,
        **bounded(dict(told.deed.parameters), DEPTH_MAX),
    }
    if told.caller.role_id:
        said["stsTokenPrincipalName"] = told.caller.user_name.replace(":", "/", 1)
        said["stsTokenPlayerUid"] = int(told.caller.account)
    return said


def bounded(value: Any, depth: int = DEPTH_MAX) -> Any:  # noqa: ANN401 - any JSON, and whatever msgspec makes JSON of
    """`value` without what no event needs the whole of."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    if isinstance(value, str):
        return value if len(value) <= TEXT_CHARS_MAX else value[:TEXT_CHARS_MAX] + "…"
    if isinstance(value, Mapping):
        if depth == 0:
            return "…"
        return {str(name)[:200]: bounded(each, depth - 1) for name, each in list(value.items())[:VALUES_MAX]}
    if isinstance(value, list | tuple):
        return "…" if depth == 0 else [bounded(each, depth - 1) for each in value[:VALUES_MAX]]
    return value if isinstance(value, int | float | bool | None) else "…"
