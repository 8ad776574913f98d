"""The intrusion: a leaked key, and what was done with it in one night. Pure.

It begins at 02:41 in Hangzhou, two nights ago, and is told step by step in
`docs/tutorial/the-intrusion.md`; a test holds the two together.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from actiontrail.cli.sample.catalogue import OPERATIONS
from actiontrail.cli.sample.company import LEAKED_KEY, OFFICE
from actiontrail.cli.sample.shapes import DENIED, HOME, Actor, Event, Failed, Scene, by_service, call, signin

ATTACKER_ADDRESS = "203.0.113.66"
SECOND_ADDRESS = "203.0.113.67"
USER = "svc-backup-agent"
NEW_KEY = "LTAI5tSampleIntruder0001"
FOREIGN_ACCOUNT = "1000000000000666"
TRAIL = "audit-all"
SNAPSHOT = "s-bp1sampledbsnapshot1"
INSTANCES = ("i-bp1sampleprodweb001", "i-bp1sampleprodweb002", "i-bp1sampleproddb0001")
DISKS = ("d-bp1sampleproddisk01", "d-bp1sampleproddisk02", "d-bp1sampleproddisk03")
NIGHTS_AGO = 2
TOOL = "AlibabaCloud (Linux; x86_64) Python/3.11.9 Core/2.16.0 python-requests/2.18.3"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
FORBIDDEN = Failed(
    "Forbidden.RAM",
    "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
)

ROBOT = Actor("deploy-bot", "ram-user", "200000000000000007", ATTACKER_ADDRESS, TOOL, LEAKED_KEY)
BY_KEY = Actor(USER, "ram-user", "200000000000000099", ATTACKER_ADDRESS, "aliyun-cli/3.0.250", NEW_KEY)
SIGNING_IN = Actor(USER, "ram-user", "200000000000000099", SECOND_ADDRESS, BROWSER)
DEFENDER = Actor("chen.wei", "ram-user", "200000000000000004", OFFICE, "ram.console.aliyun.com", mfa=True)


class Step(NamedTuple):
    """One call of the story: how many seconds after its beginning, by whom, what."""

    after: int
    actor: Actor
    operation: str
    names: tuple[str, ...] = ()
    parameters: dict[str, Any] = {}  # noqa: RUF012 - never changed
    answer: dict[str, Any] = {}  # noqa: RUF012 - never changed
    failed: Failed | None = None
    region: str = HOME


DISCOVERY = (
    Step(0, ROBOT, "Sts.GetCallerIdentity"),
    Step(19, ROBOT, "Ecs.DescribeRegions"),
    Step(31, ROBOT, "Ecs.DescribeInstances"),
    Step(34, ROBOT, "Ecs.DescribeInstances", region="cn-shanghai"),
    Step(37, ROBOT, "Ecs.DescribeInstances", region="cn-beijing"),
    Step(40, ROBOT, "Ecs.DescribeInstances", region="ap-southeast-1"),
    Step(55, ROBOT, "Ecs.DescribeSnapshots"),
    Step(61, ROBOT, "Ecs.DescribeSecurityGroups"),
    Step(70, ROBOT, "Vpc.DescribeVpcs"),
    Step(84, ROBOT, "Oss.ListBuckets"),
    Step(90, ROBOT, "Oss.GetBucketAcl", ("example-finance-archive",), failed=DENIED),
    Step(93, ROBOT, "Oss.GetBucketAcl", ("example-customer-export",), failed=DENIED),
    Step(120, ROBOT, "Rds.DescribeDBInstances", failed=FORBIDDEN),
    Step(141, ROBOT, "Kms.ListKeys", failed=FORBIDDEN),
    Step(144, ROBOT, "Kms.ListSecrets", failed=FORBIDDEN),
    Step(163, ROBOT, "Actiontrail.DescribeTrails", failed=DENIED),
    Step(190, ROBOT, "Ram.ListUsers"),
    Step(204, ROBOT, "Ram.ListPoliciesForUser", ("deploy-bot",), {"UserName": "deploy-bot"}),
)
FOOTHOLD = (
    Step(610, ROBOT, "Ram.CreateUser", (USER,), {"UserName": USER, "Comments": "backup agent"}),
    Step(
        618,
        ROBOT,
        "Ram.CreateAccessKey",
        (NEW_KEY,),
        {"UserName": USER},
        # Not a secret of anybody's: it is here so that one can see it masked before it is stored.
        {
            "AccessKey": {
                "AccessKeyId": NEW_KEY,
                "AccessKeySecret": "madeUpSampleSecretThatIsMasked",
                "Status": "Active",
            }
        },
    ),
    Step(
        631,
        ROBOT,
        "Ram.AttachPolicyToUser",
        (USER,),
        {"PolicyType": "System", "PolicyName": "AdministratorAccess", "UserName": USER},
    ),
    Step(655, ROBOT, "Ram.CreateLoginProfile", (USER,), {"UserName": USER, "MFABindRequired": "false"}),
)
DAMAGE = (
    Step(1290, BY_KEY, "Actiontrail.DescribeTrails"),
    Step(1312, BY_KEY, "Actiontrail.StopLogging", (TRAIL,), {"Name": TRAIL}),
    Step(1320, BY_KEY, "Actiontrail.DeleteTrail", (TRAIL,), {"Name": TRAIL}),
    Step(1510, BY_KEY, "Rds.DescribeDBInstances"),
    Step(1544, BY_KEY, "Ecs.CreateSnapshot", (SNAPSHOT,), {"DiskId": DISKS[2]}, {"SnapshotId": SNAPSHOT}),
    Step(
        1730,
        BY_KEY,
        "Ecs.ModifySnapshotAttribute",
        (SNAPSHOT,),
        {"SnapshotId": SNAPSHOT, "AddAccount.1": FOREIGN_ACCOUNT, "SnapshotName": "share"},
    ),
    Step(
        1802,
        BY_KEY,
        "Ecs.AuthorizeSecurityGroup",
        ("sg-bp1sampleprod00001",),
        {
            "IpProtocol": "tcp",
            "PortRange": "22/22",
            "SourceCidrIp": "0.0.0.0/0",
            "SecurityGroupId": "sg-bp1sampleprod00001",
        },
    ),
    *(
        Step(
            3300 + 4 * number,
            BY_KEY,
            "Ecs.DeleteInstances",
            (instance,),
            {"InstanceId.1": instance, "Force": "true"},
        )
        for number, instance in enumerate(INSTANCES)
    ),
)
RESPONSE = (
    Step(
        22900,
        DEFENDER,
        "Actiontrail.LookupEvents",
        (),
        {"LookupAttribute.1.Key": "EventName", "LookupAttribute.1.Value": "DeleteInstances"},
    ),
    Step(
        23160,
        DEFENDER,
        "Ram.UpdateAccessKey",
        (LEAKED_KEY,),
        {"UserAccessKeyId": LEAKED_KEY, "Status": "Inactive", "UserName": "deploy-bot"},
    ),
    Step(
        23185,
        DEFENDER,
        "Ram.UpdateAccessKey",
        (NEW_KEY,),
        {"UserAccessKeyId": NEW_KEY, "Status": "Inactive", "UserName": USER},
    ),
    Step(
        23240,
        DEFENDER,
        "Ram.DetachPolicyFromUser",
        (USER,),
        {"PolicyType": "System", "PolicyName": "AdministratorAccess", "UserName": USER},
    ),
    Step(
        23300,
        DEFENDER,
        "Ram.DeleteUser",
        (USER,),
        {"UserName": USER},
        failed=Failed(
            "DeleteConflict.User.AccessKey", "It must not have any access keys while deleting the user."
        ),
    ),
    Step(
        23900,
        DEFENDER,
        "Actiontrail.CreateTrail",
        (TRAIL,),
        {"Name": TRAIL, "OssBucketName": "example-audit", "EventRW": "All"},
    ),
    Step(23912, DEFENDER, "Actiontrail.StartLogging", (TRAIL,), {"Name": TRAIL}),
)


def begins(now: datetime) -> datetime:
    """When the first call is made: 02:41:07 in Hangzhou, which is 18:41:07 of the day before in UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=NIGHTS_AGO) + timedelta(hours=18, minutes=41, seconds=7)


def events(now: datetime, scene: Scene) -> Iterator[Event]:
    """The story, in order. All of it lies before `now`: the last step is a night and a morning ago."""
    start = begins(now)
    for step in (*DISCOVERY, *FOOTHOLD):
        yield _act(scene, start, step)
    yield signin(scene, SIGNING_IN, start + timedelta(seconds=905))
    for step in DAMAGE:
        yield _act(scene, start, step)
    release = OPERATIONS["Ecs.DeleteDisk"]
    for number, disk in enumerate(DISKS):
        yield by_service(
            scene, "ecs.aliyuncs.com", start + timedelta(seconds=3321 + number), release, (disk,)
        )
    for step in RESPONSE:
        yield _act(scene, start, step)


def _act(scene: Scene, start: datetime, step: Step) -> Event:
    return call(
        scene,
        step.actor,
        start + timedelta(seconds=step.after),
        OPERATIONS[step.operation],
        region=step.region,
        names=step.names,
        parameters=step.parameters,
        answer=step.answer,
        failed=step.failed,
    )
