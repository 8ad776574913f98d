"""The people and robots of the sample account, and what they usually do. Pure data.

Addresses are those that RFC 5737 and RFC 3849 keep for documentation.
"""

from typing import NamedTuple

from actiontrail.cli.sample.shapes import Actor

OFFICE = "198.51.100.10"
BUILD_SERVER = "198.51.100.200"
LEAKED_KEY = "LTAI5tSampleDeployBot001"
_JAVA = "AlibabaCloud (Linux; amd64) Java/17.0.11-b9 Core/4.6.4 HTTPClient/ApacheHttpClient"
_PYTHON = "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2"
_TERRAFORM = "AlibabaCloud (linux; amd64) Golang/1.22.4 Core/0.01 TeaDSL/1 Terraform/1.9.2 Provider/1.229.0"
_CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
_SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15"


class Habit(NamedTuple):
    """What somebody does on a working day: which operations, how many, between which hours (UTC), how often in vain."""

    actor: Actor
    operations: tuple[str, ...]
    per_day: int
    hours: tuple[int, int]
    weekend_share: float = 0.0
    failing: float = 0.03
    browser: str = ""  # people sign in with it first
    region: str = "cn-hangzhou"


def calls(text: str) -> tuple[str, ...]:
    """The operations in `text`, which reads `Service Operation Operation; Service …`."""
    services = [part.split() for part in text.split(";")]
    return tuple(f"{service}.{name}" for service, *names in services for name in names)


def _user(
    name: str, number: int, agent: str, *, address: str = OFFICE, key: str = "", mfa: bool = False
) -> Actor:
    return Actor(name, "ram-user", f"20000000000000{number:04d}", address, agent, key, mfa)


def _role(name: str, session: str, number: int, agent: str, address: str) -> Actor:
    return Actor(
        f"{name}:{session}",
        "assumed-role",
        f"30000000000000{number:04d}:{session}",
        address,
        agent,
        f"STS.NSample{number:04d}{session}",
    )


HABITS = (
    Habit(
        _user("alice", 1, "ecs.console.aliyun.com", mfa=True),
        calls(
            "Ecs DescribeInstances DescribeDisks DescribeSecurityGroups RebootInstance StartInstance StopInstance AuthorizeSecurityGroup; "
            "Slb DescribeLoadBalancers SetBackendServers"
        ),
        26,
        (1, 10),
        browser=_SAFARI,
    ),
    Habit(
        _user("alice", 1, "aliyun-cli/3.0.213", address="2001:db8:51::15", key="LTAI5tSampleAlice00000001"),
        calls("Ecs DescribeInstances DescribeInstanceStatus CreateSnapshot; Vpc DescribeEipAddresses"),
        5,
        (11, 16),
        weekend_share=0.6,
    ),
    Habit(
        _user("bob", 2, _PYTHON, key="LTAI5tSampleBob0000000001"),
        calls(
            "Oss ListBuckets GetBucketInfo GetBucketLocation; Ecs DescribeImages; Kms GetSecretValue Decrypt"
        ),
        24,
        (2, 12),
        failing=0.08,
    ),
    Habit(
        _user("carol", 3, "rds.console.aliyun.com", mfa=True),
        calls(
            "Rds DescribeDBInstances DescribeDBInstanceAttribute DescribeSlowLogs DescribeBackups CreateBackup ModifyParameter ModifySecurityIps CreateAccount"
        ),
        22,
        (1, 9),
        browser=_CHROME,
    ),
    Habit(
        _user("chen.wei", 4, "ram.console.aliyun.com", mfa=True),
        calls(
            "Ram ListUsers GetUser ListAccessKeys ListRoles CreatePolicyVersion; "
            "Ims GetAccountSummary ListUserBasicInfos GetLoginProfile UpdateLoginProfile; "
            "Kms ListKeys DescribeKey; "
            "Actiontrail DescribeTrails LookupEvents"
        ),
        16,
        (1, 10),
        browser=_CHROME,
    ),
    Habit(
        _user("dana", 5, "oss.console.aliyun.com"),
        calls("Oss ListBuckets GetBucketInfo GetBucketAcl; Rds DescribeDBInstances; Ecs DescribeInstances"),
        8,
        (2, 9),
        failing=0.3,
        browser=_CHROME,
    ),
    Habit(
        _role("terraform", "ci-main", 6, _TERRAFORM, BUILD_SERVER),
        calls(
            "Vpc DescribeVpcs DescribeVSwitches CreateVSwitch CreateRouteEntry AllocateEipAddress AssociateEipAddress; "
            "Ecs DescribeSecurityGroups RunInstances TagResources RevokeSecurityGroup; "
            "Oss PutBucket PutBucketLifecycle; "
            "Slb AddBackendServers; "
            "Kms CreateKey"
        ),
        48,
        (3, 11),
        failing=0.05,
    ),
    Habit(
        _user("deploy-bot", 7, "aliyun-cli/3.0.198", address=BUILD_SERVER, key=LEAKED_KEY),
        calls(
            "Ecs DescribeInstances StopInstance StartInstance; "
            "Slb RemoveBackendServers AddBackendServers DescribeHealthStatus"
        ),
        20,
        (15, 17),
        weekend_share=0.5,
    ),
    Habit(
        _role("monitoring", "probe", 8, _JAVA, "Internal"),
        calls(
            "Ecs DescribeInstanceStatus DescribeInstances; "
            "Slb DescribeHealthStatus; "
            "Rds DescribeDBInstanceAttribute"
        ),
        72,
        (0, 24),
        weekend_share=1.0,
        failing=0.01,
    ),
    Habit(
        _role("monitoring", "probe", 8, _JAVA, "Internal"),
        calls("Ecs DescribeInstanceStatus; Slb DescribeHealthStatus"),
        24,
        (0, 24),
        weekend_share=1.0,
        failing=0.01,
        region="cn-shanghai",
    ),
    Habit(
        _role("aliyunserviceroleforactiontrail", "actiontrail", 9, "actiontrail.aliyuncs.com", "Internal"),
        calls("Oss GetBucketLocation; Kms GenerateDataKey"),
        24,
        (0, 24),
        weekend_share=1.0,
        failing=0.0,
    ),
)

OWNER = Actor("root", "root-account", "", "192.0.2.77", _SAFARI, mfa=True)
BUCKETS = (
    "example-audit",
    "example-finance-archive",
    "example-customer-export",
    "example-static",
    "example-logs",
)
USERS = ("alice", "bob", "carol", "chen.wei", "dana", "deploy-bot")
