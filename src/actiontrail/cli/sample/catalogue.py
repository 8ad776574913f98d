"""The operations that the sample account calls, as a table. Pure data.

Names, versions and endpoints are the services' own; the shapes of ids follow theirs.
"""

from typing import NamedTuple


class Operation(NamedTuple):
    """An operation of a cloud service. `id_prefix` is how ids of its resource begin; empty where it has none."""

    service: str
    name: str
    rw: str
    version: str
    host: str
    resource: str = ""
    id_prefix: str = ""


GLOBAL_SERVICES = frozenset({"Ram", "Ims", "Sts", "AasCustomer", "AasSub", "ResourceManager"})
SENSITIVE = frozenset(
    {
        "CreateAccessKey",
        "AttachPolicyToUser",
        "CreateLoginProfile",
        "StopLogging",
        "DeleteTrail",
        "DeleteInstance",
        "DeleteInstances",
        "DeleteDisk",
        "ModifySnapshotAttribute",
        "DeleteUser",
        "ScheduleKeyDeletion",
    }
)

# service: version, host, and its operations as "name read-or-write resource-type id-prefix"
_TABLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Ecs": (
        "2014-05-26",
        "ecs.{region}.aliyuncs.com",
        (
            "DescribeInstances R ACS::ECS::Instance i-",
            "DescribeInstanceStatus R ACS::ECS::Instance i-",
            "DescribeDisks R ACS::ECS::Disk d-",
            "DescribeImages R",
            "DescribeSnapshots R",
            "DescribeSecurityGroups R ACS::ECS::SecurityGroup sg-",
            "DescribeRegions R",
            "RunInstances W ACS::ECS::Instance i-",
            "StartInstance W ACS::ECS::Instance i-",
            "StopInstance W ACS::ECS::Instance i-",
            "RebootInstance W ACS::ECS::Instance i-",
            "DeleteInstances W ACS::ECS::Instance i-",
            "DeleteDisk W ACS::ECS::Disk d-",
            "CreateSnapshot W ACS::ECS::Snapshot s-",
            "ModifySnapshotAttribute W ACS::ECS::Snapshot s-",
            "AuthorizeSecurityGroup W ACS::ECS::SecurityGroup sg-",
            "RevokeSecurityGroup W ACS::ECS::SecurityGroup sg-",
            "TagResources W ACS::ECS::Instance i-",
        ),
    ),
    "Vpc": (
        "2016-04-28",
        "vpc.{region}.aliyuncs.com",
        (
            "DescribeVpcs R ACS::VPC::VPC vpc-",
            "DescribeVSwitches R ACS::VPC::VSwitch vsw-",
            "DescribeEipAddresses R",
            "CreateVSwitch W ACS::VPC::VSwitch vsw-",
            "AllocateEipAddress W ACS::EIP::EipAddress eip-",
            "AssociateEipAddress W ACS::EIP::EipAddress eip-",
            "CreateRouteEntry W ACS::VPC::RouteTable vtb-",
        ),
    ),
    "Ram": (
        "2015-05-01",
        "ram.aliyuncs.com",
        (
            "ListUsers R",
            "ListPoliciesForUser R ACS::RAM::User",
            "ListAccessKeys R ACS::RAM::User",
            "GetUser R ACS::RAM::User",
            "ListRoles R",
            "CreateUser W ACS::RAM::User",
            "DeleteUser W ACS::RAM::User",
            "CreateAccessKey W ACS::RAM::AccessKey",
            "UpdateAccessKey W ACS::RAM::AccessKey",
            "AttachPolicyToUser W ACS::RAM::User",
            "DetachPolicyFromUser W ACS::RAM::User",
            "CreateLoginProfile W ACS::RAM::User",
            "CreatePolicyVersion W ACS::RAM::Policy",
        ),
    ),
    "Ims": (
        "2019-08-15",
        "ims.aliyuncs.com",
        (
            "GetAccountSummary R",
            "ListUserBasicInfos R",
            "GetLoginProfile R ACS::RAM::User",
            "UpdateLoginProfile W ACS::RAM::User",
        ),
    ),
    "Sts": ("2015-04-01", "sts.aliyuncs.com", ("GetCallerIdentity R", "AssumeRole W ACS::RAM::Role")),
    "Oss": (
        "2019-05-17",
        "oss-{region}.aliyuncs.com",
        (
            "ListBuckets R",
            "GetBucketInfo R ACS::OSS::Bucket",
            "GetBucketAcl R ACS::OSS::Bucket",
            "GetBucketLocation R ACS::OSS::Bucket",
            "PutBucketLifecycle W ACS::OSS::Bucket",
            "PutBucketAcl W ACS::OSS::Bucket",
            "PutBucket W ACS::OSS::Bucket",
        ),
    ),
    "Rds": (
        "2014-08-15",
        "rds.{region}.aliyuncs.com",
        (
            "DescribeDBInstances R ACS::RDS::DBInstance rm-",
            "DescribeDBInstanceAttribute R ACS::RDS::DBInstance rm-",
            "DescribeSlowLogs R ACS::RDS::DBInstance rm-",
            "DescribeBackups R ACS::RDS::DBInstance rm-",
            "CreateBackup W ACS::RDS::DBInstance rm-",
            "CreateAccount W ACS::RDS::DBInstance rm-",
            "ModifySecurityIps W ACS::RDS::DBInstance rm-",
            "ModifyParameter W ACS::RDS::DBInstance rm-",
        ),
    ),
    "Kms": (
        "2016-01-20",
        "kms.{region}.aliyuncs.com",
        (
            "ListKeys R",
            "DescribeKey R ACS::KMS::Key key-",
            "ListSecrets R",
            "GetSecretValue R ACS::KMS::Secret",
            "Decrypt R ACS::KMS::Key key-",
            "GenerateDataKey R ACS::KMS::Key key-",
            "CreateKey W ACS::KMS::Key key-",
        ),
    ),
    "Slb": (
        "2014-05-15",
        "slb.{region}.aliyuncs.com",
        (
            "DescribeLoadBalancers R ACS::SLB::LoadBalancer lb-",
            "DescribeHealthStatus R ACS::SLB::LoadBalancer lb-",
            "AddBackendServers W ACS::SLB::LoadBalancer lb-",
            "RemoveBackendServers W ACS::SLB::LoadBalancer lb-",
            "SetBackendServers W ACS::SLB::LoadBalancer lb-",
        ),
    ),
    "Actiontrail": (
        "2020-07-06",
        "actiontrail.{region}.aliyuncs.com",
        (
            "DescribeTrails R",
            "GetTrailStatus R ACS::ActionTrail::Trail",
            "LookupEvents R",
            "CreateTrail W ACS::ActionTrail::Trail",
            "StartLogging W ACS::ActionTrail::Trail",
            "StopLogging W ACS::ActionTrail::Trail",
            "DeleteTrail W ACS::ActionTrail::Trail",
        ),
    ),
}


def _operations() -> dict[str, Operation]:
    found = {}
    for service, (version, host, lines) in _TABLE.items():
        for line in lines:
            name, rw, resource, prefix = (*line.split(), "", "")[:4]
            word = "Read" if rw == "R" else "Write"
            found[f"{service}.{name}"] = Operation(service, name, word, version, host, resource, prefix)
    return found


OPERATIONS = _operations()
