// One event, one sentence, in two languages.
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../service/types.ts";
import { sentence, told } from "./sentence.ts";

const event = (fields: Partial<AuditEvent>): AuditEvent => ({ eventId: "1", eventName: "X", eventTime: "2026-01-01T00:00:00Z", ...fields });
const alice = { userIdentity: { type: "ram-user", userName: "alice" }, sourceIpAddress: "203.0.113.7" };

const TABLE: [Partial<AuditEvent>, string, string, string][] = [
  [
    { ...alice, eventName: "DeleteInstances", resourceType: "ACS::ECS::Instance", resourceName: "i-1", errorCode: "NoPermission" },
    "terraform",
    "alice deleted instance i-1 from 203.0.113.7 with Terraform, denied: NoPermission",
    "alice 删除了 实例 i-1，来自 203.0.113.7，通过 Terraform，被拒绝：NoPermission",
  ],
  [
    { ...alice, eventName: "ConsoleSignin", eventType: "ConsoleSignin" },
    "console",
    "alice signed in to the console from 203.0.113.7",
    "alice 登录了控制台，来自 203.0.113.7",
  ],
  [
    { ...alice, eventName: "AttachPolicyToUser", resourceType: "ACS::RAM::User", resourceName: "bob", requestParameters: { PolicyName: "AdministratorAccess" } },
    "cli",
    "alice gave bob the policy AdministratorAccess from 203.0.113.7 with the CLI",
    "alice 授予了 bob 的权限策略 AdministratorAccess，来自 203.0.113.7，通过 CLI",
  ],
  [
    { ...alice, eventName: "AuthorizeSecurityGroup", resourceType: "ACS::ECS::SecurityGroup", resourceName: "sg-1", requestParameters: { PortRange: "22/22", SourceCidrIp: "0.0.0.0/0" } },
    "cli",
    "alice opened port 22/22 to 0.0.0.0/0 in sg-1 from 203.0.113.7 with the CLI",
    "alice 放行了端口 22/22 给 0.0.0.0/0，于 sg-1，来自 203.0.113.7，通过 CLI",
  ],
  [{ eventName: "frobnicate" }, "unknown", "somebody called frobnicate", "某人 调用了 frobnicate"],
  [{ eventName: "constructor" }, "unknown", "somebody called constructor", "某人 调用了 constructor"],
  [
    { ...alice, eventName: "DescribeInstances", referencedResources: { "ACS::ECS::Instance": ["i-1", "i-2", "i-3"] } },
    "sdk",
    "alice looked at instances i-1 and 2 more from 203.0.113.7 with an SDK",
    "alice 查看了 实例 i-1 等 3 个，来自 203.0.113.7，通过 SDK",
  ],
];

describe("a sentence", () => {
  it.each(TABLE)("%j", (fields, channel, en, zh) => {
    const made = event(fields);
    expect([told(sentence(made, channel, "en"), "en"), told(sentence(made, channel, "zh"), "zh")]).toEqual([en, zh]);
  });
});
