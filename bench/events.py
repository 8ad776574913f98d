"""Makes a busy account's events: 90 days, skewed as real accounts are, 1.5 kB each. Pure.

The same seed gives the same bytes, batch by batch: batch 700 can be made without the 699 before
it, so several processes share a run and a later one can ask for what an earlier one sent. Kinds of
calls, callers and resources are drawn with zipf-like weights: few are loud, most are rare.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

import msgspec

BATCH = 1000
DAYS = 89  # LookupEvents looks back 90; a run may take hours
SKEW = 1.1
USERS, ROLES, MACHINES = 600, 80, 24
RESOURCES = 20_000
REGIONS = ("cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "ap-southeast-1", "eu-central-1")
LATE_MS = 90_000  # how far behind its neighbours an event may come

_AGENTS = (
    "AlibabaCloud (Linux; amd64) Java/17.0.9+9 Core/4.6.4 HTTPClient/ApacheHttpClient",
    "AlibabaCloud (Linux x86_64) Python/3.11.9 Core/2.16.1 python-requests/2.32.3",
    "Aliyun-CLI/3.0.219 (linux; amd64) golang/1.22.4",
    "HashiCorp-Terraform/1.9.5 terraform-provider-alicloud/1.230.0 (linux; amd64)",
    "AlibabaCloud (linux; amd64) Golang/1.22.4 Core/0.0.1 TeaDSL/1",
)
_CONSOLE = "%s.console.aliyun.com"


class Kind(NamedTuple):
    """One sort of call: a read names what it asked for, a write also what it got."""

    service: str
    name: str
    version: str
    resource: str  # type of the resource
    prefix: str  # of the resource's id
    weight: int

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return not self.name.startswith(("Describe", "List", "Get", "Assume", "Generate"))


_KINDS = tuple(
    Kind(*row)
    for row in (
        ("Ecs", "DescribeInstances", "2014-05-26", "ACS::ECS::Instance", "i-bp1", 300),
        ("Ecs", "DescribeInstanceStatus", "2014-05-26", "ACS::ECS::Instance", "i-bp1", 120),
        ("Ecs", "DescribeDisks", "2014-05-26", "ACS::ECS::Disk", "d-bp1", 80),
        ("Ecs", "RunInstances", "2014-05-26", "ACS::ECS::Instance", "i-bp1", 24),
        ("Ecs", "DeleteInstance", "2014-05-26", "ACS::ECS::Instance", "i-bp1", 12),
        ("Ecs", "AuthorizeSecurityGroup", "2014-05-26", "ACS::ECS::SecurityGroup", "sg-bp1", 9),
        ("Ecs", "ModifySnapshotAttribute", "2014-05-26", "ACS::ECS::Snapshot", "s-bp1", 2),
        ("Vpc", "DescribeVpcs", "2016-04-28", "ACS::VPC::VPC", "vpc-bp1", 110),
        ("Vpc", "DescribeVSwitches", "2016-04-28", "ACS::VPC::VSwitch", "vsw-bp1", 90),
        ("Vpc", "CreateVSwitch", "2016-04-28", "ACS::VPC::VSwitch", "vsw-bp1", 5),
        ("Slb", "DescribeLoadBalancers", "2014-05-15", "ACS::SLB::LoadBalancer", "lb-bp1", 70),
        ("Slb", "SetBackendServers", "2014-05-15", "ACS::SLB::LoadBalancer", "lb-bp1", 14),
        ("Rds", "DescribeDBInstances", "2014-08-15", "ACS::RDS::DBInstance", "rm-bp1", 65),
        ("Rds", "ModifySecurityIps", "2014-08-15", "ACS::RDS::DBInstance", "rm-bp1", 6),
        ("Oss", "GetBucketInfo", "2019-05-17", "ACS::OSS::Bucket", "bucket-", 60),
        ("Oss", "PutBucketAcl", "2019-05-17", "ACS::OSS::Bucket", "bucket-", 4),
        ("Kms", "GetSecretValue", "2016-01-20", "ACS::KMS::Secret", "secret-", 55),
        ("Kms", "GenerateDataKey", "2016-01-20", "ACS::KMS::Key", "key-hzz6", 50),
        ("Ram", "ListPoliciesForUser", "2015-05-01", "ACS::RAM::User", "member-", 30),
        ("Ram", "AttachPolicyToUser", "2015-05-01", "ACS::RAM::User", "member-", 3),
        ("Ims", "CreateAccessKey", "2019-08-15", "ACS::RAM::User", "member-", 2),
        ("Sts", "AssumeRole", "2015-04-01", "ACS::RAM::Role", "role-", 140),
        ("Cs", "DescribeClusterDetail", "2015-12-15", "ACS::CS::Cluster", "c", 40),
        ("Actiontrail", "DescribeTrails", "2020-07-06", "ACS::ActionTrail::Trail", "trail-", 8),
    )
)
_FAILURES = (
    ("NoPermission", "You are not authorized to do this action. You should be authorized by RAM."),
    ("Throttling.User", "Request was denied due to user flow control."),
    ("InvalidInstanceId.NotFound", "The specified InstanceId does not exist."),
)
FAILURE_RATE = 0.04


class _Caller(NamedTuple):
    """Who calls from where with what, rendered once."""

    user: str
    key: str
    ip: str
    agent: str
    identity: bytes


class Needles(NamedTuple):
    """Values to look for, from loud to rare."""

    users: list[str]
    keys: list[str]
    ips: list[str]
    resources: list[str]


def _weights(count: int) -> list[float]:
    return list(accumulate(1.0 / (rank**SKEW) for rank in range(1, count + 1)))


def _digits(rng: random.Random, count: int) -> str:
    return str(rng.randrange(10 ** (count - 1), 10**count))


def _letters(rng: random.Random, count: int) -> str:
    return f"{rng.getrandbits(4 * count):0{count}x}"


class World:
    """One account's people, keys, machines and things, and what they do. Made from a seed alone."""

    def __init__(self, seed: int, *, account: str, end: datetime, total: int) -> None:
        rng = random.Random(seed)
        self._seed, self._account, self._total = seed, account, max(total, 1)
        self._start = end.astimezone(UTC) - timedelta(days=DAYS)
        self._callers = [self._caller(rng, rank) for rank in range(USERS + ROLES + MACHINES)]
        rng.shuffle(self._callers)
        self._caller_weights = _weights(len(self._callers))
        self._kind_weights = list(accumulate(kind.weight for kind in _KINDS))
        self._resources = {
            kind.prefix: [kind.prefix + _letters(rng, 17) for _ in range(RESOURCES)] for kind in _KINDS
        }
        self._resource_weights = _weights(RESOURCES)
        self._templates = [[_template(kind, region) for region in REGIONS] for kind in _KINDS]
        self._region_weights = _weights(len(REGIONS))

    def batch(self, number: int, size: int = BATCH) -> list[bytes]:
        """The `size` events of batch `number`, each one line of JSON, in about the order they happened."""
        rng = random.Random(f"{self._seed}/{number}")
        hexes = rng.randbytes(16 * size).hex().upper()
        callers = rng.choices(self._callers, cum_weights=self._caller_weights, k=size)
        kinds = rng.choices(range(len(_KINDS)), cum_weights=self._kind_weights, k=size)
        regions = rng.choices(range(len(REGIONS)), cum_weights=self._region_weights, k=size)
        ranks = rng.choices(range(RESOURCES), cum_weights=self._resource_weights, k=size)
        moments = self._moments(rng, number, size)
        events = []
        for place in range(size):
            kind, caller = _KINDS[kinds[place]], callers[place]
            raw = hexes[32 * place : 32 * place + 32]
            event_id = f"{raw[:8]}-{raw[8:12]}-5{raw[13:16]}-{raw[16:20]}-{raw[20:]}".encode()
            failed = _failure(rng) if rng.random() < FAILURE_RATE else b""
            events.append(
                self._templates[kinds[place]][regions[place]]
                % {
                    b"id": event_id,
                    b"time": moments[place],
                    b"who": caller.identity,
                    b"ip": caller.ip.encode(),
                    b"agent": _agent(caller, kind),
                    b"resource": self._resources[kind.prefix][ranks[place]].encode(),
                    b"neighbour": self._resources[kind.prefix][ranks[place - 1]].encode(),
                    b"port": 1024 + int(raw[:4], 16) % 60_000,
                    b"failure": failed,
                    b"token": raw[:24].lower().encode(),
                    b"account": self._account.encode(),
                }
            )
        return events

    def batches(self, start: int, stop: int) -> Iterator[list[bytes]]:
        """Batches `start` up to `stop`, in order."""
        return (self.batch(number) for number in range(start, stop))

    def needles(self, each: int) -> Needles:
        """`each` values of every kind, evenly from the loudest tenth to the rarest tail."""
        picks = [int(len(self._callers) * (place / each) ** 2) for place in range(each)]
        callers = [self._callers[pick] for pick in picks]
        things = self._resources[_KINDS[0].prefix]
        return Needles(
            users=[caller.user for caller in callers],
            keys=[caller.key for caller in self._keyed(picks)],
            ips=[caller.ip for caller in callers],
            resources=[things[int(RESOURCES / 4 * (place / each) ** 2)] for place in range(each)],
        )

    def _keyed(self, picks: Sequence[int]) -> list[_Caller]:
        keyed = [caller for caller in self._callers if caller.key]
        return [keyed[min(pick, len(keyed) - 1)] for pick in picks]

    def _moments(self, rng: random.Random, number: int, size: int) -> list[bytes]:
        """Times inside the batch's own stretch of the 90 days, a little out of order."""
        span_ms = DAYS * 86_400_000
        begin = span_ms * number * size // self._total
        width = max(span_ms * size // self._total, 1)
        marks = (
            min(max(begin + width * place // size - rng.randrange(LATE_MS), 0), span_ms - 1)
            for place in range(size)
        )
        return [_moment(self._start, mark) for mark in marks]

    def _caller(self, rng: random.Random, rank: int) -> _Caller:
        """Caller number `rank`: first people, then roles, then cloud services."""
        created = f"{2021 + rank % 4}-0{1 + rank % 9}-1{rank % 10}T08:00:00Z"
        session = {
            "attributes": {"mfaAuthenticated": "true" if rank % 3 else "false", "creationDate": created}
        }
        ip = f"{rng.randrange(11, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
        agent = _AGENTS[rank % len(_AGENTS)]
        if rank >= USERS + ROLES:
            host = f"{_letters(rng, 6)}.aliyuncs.com"
            system = {"type": "system", "userName": host, "accountId": self._account}
            return _Caller(host, "", host, host, msgspec.json.encode(system))
        if rank >= USERS:
            name = f"worker-role-{rank - USERS:03}:session-{_letters(rng, 10)}"
            key, kind, principal = (
                "STS.NU" + _letters(rng, 22),
                "assumed-role",
                f"{_digits(rng, 18)}:{name.partition(':')[2]}",
            )
        else:
            sits_at_the_console = rank % 7 == 0
            name, kind, principal = f"person-{_letters(rng, 6)}", "ram-user", _digits(rng, 18)
            key, agent = ("", "") if sits_at_the_console else ("LTAI5t" + _letters(rng, 18), agent)
        identity = {
            "type": kind,
            "principalId": principal,
            "accountId": self._account,
            "userName": name,
            "sessionContext": session,
        } | ({"accessKeyId": key} if key else {})
        return _Caller(name, key, ip, agent, msgspec.json.encode(identity))


def _moment(start: datetime, mark_ms: int) -> bytes:
    return (start + timedelta(milliseconds=mark_ms)).strftime("%Y-%m-%dT%H:%M:%SZ").encode()


def _agent(caller: _Caller, kind: Kind) -> bytes:
    return (caller.agent or _CONSOLE % kind.service.lower()).encode()


def _failure(rng: random.Random) -> bytes:
    code, message = rng.choice(_FAILURES)
    return b'"errorCode":"%b","errorMessage":"%b",' % (code.encode(), message.encode())


def _template(kind: Kind, region: str) -> bytes:
    """The event of `kind` in `region`, with the places that differ left open."""
    product = kind.service.lower()
    host = f"{product}.{region}.aliyuncs.com"
    parameters = {
        "AcsHost": host,
        "AcsProduct": kind.service,
        "RequestId": "%(id)b",
        "RegionId": region,
        "ServiceCode": product,
        "ClientPort": "%(port)d",
        "X-Acs-Client-Tls-Version": "TLSv1.3",
        "X-Acs-Client-Tls-Cipher-Suite": "TLS_AES_256_GCM_SHA384",
        **_asked(kind),
    }
    event = {
        "eventId": "%(id)b",
        "eventVersion": "1",
        "eventCategory": "Management",
        "eventName": kind.name,
        "eventRW": "Write" if kind.writes else "Read",
        "eventSource": host,
        "eventTime": "%(time)b",
        "eventType": "ApiCall",
        "acsRegion": region,
        "apiVersion": kind.version,
        "serviceName": kind.service,
        "requestId": "%(id)b",
        "requestParameters": parameters,
        "responseElements": _got(kind),
        "referencedResources": {kind.resource: ["%(resource)b"]},
        "resourceType": kind.resource,
        "resourceName": "%(resource)b",
        "sourceIpAddress": "%(ip)b",
        "userAgent": "%(agent)b",
        "userIdentity": "%(who)b",
        "additionalEventData": {"Scheme": "https"},
        "isGlobal": False,
        "recipientAccountId": "%(account)b",
    }
    text = msgspec.json.encode(event).replace(b'"%(who)b"', b"%(who)b")
    text = text.replace(b'"%(port)d"', b"%(port)d")
    return text.replace(b'"sourceIpAddress"', b'%(failure)b"sourceIpAddress"')


def _asked(kind: Kind) -> dict[str, object]:
    """What the caller of `kind` put into the request."""
    name = kind.resource.rpartition("::")[2]
    if kind.writes:
        return {
            f"{name}Id": "%(resource)b",
            "ClientToken": "%(token)b",
            "Description": f"changed by the nightly job of the {kind.service} team",
            "Tag.1.Key": "env",
            "Tag.1.Value": "production",
        }
    return {
        f"{name}Ids": '["%(resource)b","%(neighbour)b"]',
        "PageSize": 50,
        "PageNumber": 1,
        "ResourceGroupId": "rg-%(token)b",
    }


def _got(kind: Kind) -> dict[str, object]:
    """What a call of `kind` answered."""
    if kind.writes:
        return {
            "RequestId": "%(id)b",
            "TaskId": "t-%(token)b",
            f"{kind.resource.rpartition('::')[2]}Id": "%(resource)b",
        }
    return {"RequestId": "%(id)b", "TotalCount": 1, "PageNumber": 1, "PageSize": 50}
