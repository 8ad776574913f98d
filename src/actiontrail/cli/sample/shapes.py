"""Events in ActionTrail's shape, built from who, when and what. Pure, but for the scene's own dice.

The shapes are those of the public service: an API call, an operation on the console, a sign-in, and
something that a cloud service does to one's resources by itself.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from actiontrail.cli.sample.catalogue import GLOBAL_SERVICES, SENSITIVE, Operation

Event = dict[str, Any]
HOME = "cn-hangzhou"
CLICKED = frozenset({"Ecs", "Rds"})  # consoles that report what was clicked, not what they called


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user or role, with the ways in which they come."""

    name: str
    kind: str  # userIdentity.type
    principal: str
    address: str
    agent: str
    access_key: str = ""  # empty: signed in on the console
    mfa: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """How a call ended that did not succeed."""

    code: str
    message: str


DENIED = Failed("NoPermission", "You are not authorized to do this action. You should be authorized by RAM.")


@dataclass
class Scene:
    """The dice and the account of one run; two scenes with the same name throw the same."""

    name: str
    account: str
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.name)  # noqa: S311 - a sample, not a secret

    def new_id(self) -> str:
        """A request id as the service writes it."""
        return str(uuid.UUID(int=self.dice.getrandbits(128), version=4)).upper()

    def resource(self, prefix: str, count: int = 20) -> str:
        """One of `count` resources that this account has under `prefix`, the same ones in every scene."""
        number = self.dice.randrange(count)
        tail = random.Random(f"{prefix}{number}").choices("0123456789abcdefghjkmnpqrstuvwxyz", k=14)  # noqa: S311
        return f"{prefix}bp1{''.join(tail)}"


def text(moment: datetime) -> str:
    """`moment` as events write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def call(
    scene: Scene,
    actor: Actor,
    moment: datetime,
    operation: Operation,
    *,
    region: str = HOME,
    names: tuple[str, ...] = (),
    parameters: dict[str, Any] | None = None,
    answer: dict[str, Any] | None = None,
    failed: Failed | None = None,
) -> Event:
    """An API call, or with an actor on the console what the console calls for them."""
    request_id = scene.new_id()
    clicked = (
        operation.rw == "Write"
        and operation.service in CLICKED
        and actor.agent.endswith("console.aliyun.com")
    )
    on_console = actor.agent.endswith("console.aliyun.com")
    is_global = operation.service in GLOBAL_SERVICES
    region = HOME if is_global else region
    host = operation.host.format(region=region)
    event = _frame(scene, actor, moment, request_id)
    event |= {
        "eventName": operation.name,
        "eventRW": operation.rw,
        "eventSource": host,
        "eventType": "ConsoleOperation" if clicked else "ApiCall",
        "apiVersion": "*" if clicked else operation.version,
        "serviceName": operation.service,
        "acsRegion": region,
        "isGlobal": is_global,
        "additionalEventData": {"CallerBid": "26842"} if on_console else {"Scheme": "https"},
        "requestParameters": {
            "AcsHost": host,
            "AcsProduct": operation.service,
            "HostId": host,
            "RequestId": request_id,
            "RegionId": region,
            "X-Acs-Client-Tls-Version": "TLSv1.3",
            "X-Acs-Client-Tls-Cipher-Suite": "TLS_AES_256_GCM_SHA384",
            **({"AcceptLanguage": "zh-CN", "charset": "UTF-8"} if on_console else {}),
            **(parameters or {}),
        },
        "responseElements": {"RequestId": request_id, **({} if failed else answer or {})},
    }
    if names and operation.resource:
        event["referencedResources"] = {operation.resource: list(names)}
        event["resourceType"] = operation.resource
        event["resourceName"] = ",".join(names)
    if operation.name in SENSITIVE:
        event["eventAttributes"] = {"SensitiveAction": "true"}
    if failed:
        event |= {"errorCode": failed.code, "errorMessage": failed.message}
    return event


def signin(scene: Scene, actor: Actor, moment: datetime, *, failed: Failed | None = None) -> Event:
    """A sign-in on the console."""
    root = actor.kind == "root-account"
    event = _frame(scene, actor, moment, scene.new_id())
    event |= {
        "eventName": "ConsoleSignin",
        "eventRW": "Write",
        "eventSource": "http://account.aliyun.com/login/login_aliyun.htm" if root else "signin.aliyun.com",
        "eventType": "ConsoleSignin",
        "serviceName": "AasCustomer" if root else "AasSub",
        "acsRegion": HOME,
        "isGlobal": True,
        "additionalEventData": {"loginAccount": "owner@example.com", "isMFAChecked": _word(actor.mfa)}
        if root
        else {"callbackUrl": "https://homenew.console.aliyun.com/", "mfaChecked": _word(actor.mfa)},
    }
    if failed:
        event |= {"errorCode": failed.code, "errorMessage": failed.message}
    return event


def by_service(
    scene: Scene, service: str, moment: datetime, operation: Operation, names: tuple[str, ...]
) -> Event:
    """What a cloud service does to one's resources by itself."""
    actor = Actor(service, "system", "", service, service)
    event = call(scene, actor, moment, operation, names=names)
    event |= {"eventType": "AliyunServiceEvent", "userIdentity": {"type": "system", "userName": service}}
    del event["requestParameters"], event["responseElements"]
    return event


def _frame(scene: Scene, actor: Actor, moment: datetime, request_id: str) -> Event:
    identity: dict[str, Any] = {
        "type": actor.kind,
        "principalId": actor.principal or scene.account,
        "accountId": scene.account,
        "userName": actor.name,
    }
    if actor.access_key:
        identity["accessKeyId"] = actor.access_key
    begun = moment - timedelta(seconds=scene.dice.randrange(60, 3600))
    if actor.kind == "assumed-role" or not actor.access_key:
        attributes = {"mfaAuthenticated": _word(actor.mfa), "creationDate": text(begun)}
        identity["sessionContext"] = {"attributes": attributes}
    return {
        "eventId": request_id,
        "eventVersion": "1",
        "eventCategory": "Management",
        "eventTime": text(moment),
        "requestId": request_id,
        "recipientAccountId": scene.account,
        "sourceIpAddress": actor.address,
        "userAgent": actor.agent,
        "userIdentity": identity,
    }


def _word(truth: bool) -> str:
    return "true" if truth else "false"
