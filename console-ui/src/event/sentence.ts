// One event as one sentence: who did what to what, from where, with what, and whether it was allowed. Pure.
//
// A sentence is a list of parts, so that the page can make names clickable; joined, it reads as text.
import type { AuditEvent } from "../service/types.ts";
import { actorOf, at, isDenied, resourcesOf, type Resource } from "./facts.ts";
import { CHANNELS, NOUNS, TYPES, VERBS } from "./verbs.ts";

export type Language = "en" | "zh";
export type PartKind = "word" | "actor" | "verb" | "resource" | "address" | "value" | "error";

export interface Part {
  kind: PartKind;
  text: string;
  /** Where a click leads: the resource's type, or the actor's kind. */
  of?: string;
}

/** What was done, before and after the name of what it was done to. */
interface Deed {
  before: Part[];
  resource: boolean;
  after: Part[];
}

type Maker = (event: AuditEvent, zh: boolean) => Deed;

const word = (text: string): Part => ({ kind: "word", text });
const verb = (text: string): Part => ({ kind: "verb", text });
const value = (text: string): Part => ({ kind: "value", text });
const parameter = (event: AuditEvent, ...names: string[]): string => {
  for (const name of names) {
    const found = at(event.requestParameters, name);
    if (found !== undefined && typeof found !== "object" && String(found) !== "") return String(found);
  }
  return "";
};

const SPECIAL: Record<string, Maker> = {
  ConsoleSignin: (_, zh) => deed(zh ? "登录了控制台" : "signed in to the console"),
  ConsoleSignout: (_, zh) => deed(zh ? "退出了控制台" : "signed out of the console"),
  PasswordReset: (_, zh) => deed(zh ? "重置了密码" : "reset a password"),
  GetCallerIdentity: (_, zh) => deed(zh ? "查询了自己的身份" : "asked who they are"),
  AssumeRole: (_, zh) => deed(zh ? "扮演了角色" : "took on the role", true),
  StopLogging: (_, zh) => deed(zh ? "关闭了跟踪" : "switched off the trail", true),
  StartLogging: (_, zh) => deed(zh ? "开启了跟踪" : "switched on the trail", true),
  LookupEvents: (_, zh) => deed(zh ? "查询了事件" : "looked events up"),
  CreateAccessKey: (event, zh) => {
    const user = parameter(event, "UserName");
    return deed(zh ? "创建了访问密钥" : "made the access key", true, user ? [word(zh ? "给用户" : "for"), value(user)] : []);
  },
  UpdateAccessKey: (event, zh) => {
    const off = parameter(event, "Status") === "Inactive";
    const user = parameter(event, "UserName");
    const of = user ? [word(zh ? "，属于用户" : "of"), value(user)] : [];
    if (off) return deed(zh ? "停用了访问密钥" : "disabled the access key", true, of);
    return deed(zh ? "更新了访问密钥" : "changed the access key", true, of);
  },
  AttachPolicyToUser: (event, zh) => granted(event, zh, zh ? "授予了" : "gave"),
  AttachPolicyToRole: (event, zh) => granted(event, zh, zh ? "授予了" : "gave"),
  DetachPolicyFromUser: (event, zh) => granted(event, zh, zh ? "收回了" : "took from"),
  DetachPolicyFromRole: (event, zh) => granted(event, zh, zh ? "收回了" : "took from"),
  CreateLoginProfile: (_, zh) => deed(zh ? "设置了控制台登录密码，用户" : "gave a console password to", true),
  AuthorizeSecurityGroup: (event, zh) => {
    const ports = parameter(event, "PortRange", "Permissions.1.PortRange");
    const cidr = parameter(event, "SourceCidrIp", "Permissions.1.SourceCidrIp");
    if (!ports && !cidr) return deed(zh ? "放行了规则于" : "opened a rule in", true);
    return {
      before: [verb(zh ? "放行了端口" : "opened port"), value(ports || "*"), word(zh ? "给" : "to"), value(cidr || "*"), word(zh ? "，于" : "in")],
      resource: true,
      after: [],
    };
  },
  ModifySnapshotAttribute: (event, zh) => {
    const other = parameter(event, "AddAccount.1");
    if (!other) return deed(zh ? "修改了快照" : "changed the snapshot", true);
    return deed(zh ? "共享了快照" : "shared the snapshot", true, [word(zh ? "给账号" : "with the account"), value(other)]);
  },
};

function deed(text: string, resource = false, after: Part[] = []): Deed {
  return { before: [verb(text)], resource, after };
}

function granted(event: AuditEvent, zh: boolean, text: string): Deed {
  const policy = parameter(event, "PolicyName");
  if (!policy && !zh) return deed(text === "gave" ? "gave a policy to" : "took a policy from", true);
  return deed(text, true, policy ? [word(zh ? "的权限策略" : "the policy"), value(policy)] : []);
}

/** The parts of the sentence for `event`, which came through `channel`. */
export function sentence(event: AuditEvent, channel: string, language: Language): Part[] {
  const zh = language === "zh";
  const parts: Part[] = [];
  const actor = actorOf(event);
  parts.push(actor.id ? { kind: "actor", text: actor.id, of: actor.kind } : word(zh ? "某人" : "somebody"));
  const resources = resourcesOf(event);
  const made = Object.hasOwn(SPECIAL, event.eventName) ? SPECIAL[event.eventName] : undefined;
  const { before, resource, after } = made ? made(event, zh) : plainDeed(event.eventName, resources, zh);
  parts.push(...before);
  if (resource) parts.push(...named(resources, zh));
  parts.push(...after);
  if (event.sourceIpAddress) parts.push(word(zh ? "，来自" : "from"), { kind: "address", text: event.sourceIpAddress });
  const way = CHANNELS[channel];
  if (way && !/^Console(Signin|Signout)$/.test(event.eventName)) parts.push(word(zh ? `，${way[1]}` : way[0]));
  if (event.errorCode)
    parts.push({ kind: "error", text: zh ? `${isDenied(event) ? "被拒绝" : "失败"}：${event.errorCode}` : `${isDenied(event) ? "denied" : "failed"}: ${event.errorCode}` });
  return parts;
}

/** Verb and noun, from the operation's own name. */
function plainDeed(name: string, resources: Resource[], zh: boolean): Deed {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  const known = Object.hasOwn(VERBS, words[0] ?? "") ? VERBS[words[0] ?? ""] : undefined;
  if (!known) return { before: [verb(zh ? "调用了" : "called"), value(name)], resource: resources.length > 0, after: [] };
  const rest = words.slice(1).map((one) => (/^[A-Z]+$/.test(one) && one.length > 1 ? one.toLowerCase() : one.toLowerCase())).join(" ");
  const type = resources[0] ? TYPES[resources[0].type] : undefined;
  const noun = resources.length === 1 && type && sameThing(rest, type[0]) ? (zh ? type[1] : type[0]) : zh ? (NOUNS[rest] ?? rest) : rest;
  const before: Part[] = [verb(zh ? known[1] : known[0])];
  if (noun) before.push(word(noun));
  if (resources.length === 0 || !noun || (type && sameThing(rest, type[0]))) return { before, resource: resources.length > 0, after: [] };
  return { before: [...before, word(zh ? "，关于" : "of")], resource: true, after: [] };
}

/** Whether the operation's noun already says what the resource is. */
function sameThing(noun: string, type: string): boolean {
  const one = noun.replace(/s$/, "").replace(/[^a-z]/g, "");
  return one === type.toLowerCase().replace(/[^a-z]/g, "");
}

function named(resources: Resource[], zh: boolean): Part[] {
  const [first, ...others] = resources;
  if (!first) return [];
  const parts: Part[] = [{ kind: "resource", text: first.name, of: first.type }];
  if (others.length > 0) parts.push(word(zh ? `等 ${resources.length} 个` : `and ${others.length} more`));
  return parts;
}

/** The sentence as text. */
export function told(parts: readonly Part[], language: Language): string {
  if (language === "en") return parts.map((part) => (part.kind === "error" ? `, ${part.text}` : ` ${part.text}`)).join("").trim();
  return parts.map((part) => (part.kind === "error" ? `，${part.text}` : part.text)).join(" ").replace(/ (?=[，])/g, "").trim();
}
