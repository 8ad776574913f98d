// Events grouped by who, with what, on what, from where, or by what was done: the questions that count them, and what they answer. Pure.
//
// A group is known by a digest of its value: whatever a value holds, nothing of it is pasted into a question or an address.
import type { Rows } from "../service/types.ts";
import type { Chip } from "./language.ts";
import { short, SHORT_MAX } from "./short.ts";

export const BYS = ["actor", "session", "resource", "address", "event"] as const;
export type By = (typeof BYS)[number];
export const SORTS = ["count", "newest", "first"] as const;
export type Sort = (typeof SORTS)[number];

export const GROUPS_MAX = 200;
export const INSIDE_MAX = 20;
const VALUE_MAX = 400;

const FIELDS: Record<Exclude<By, "actor">, string> = { session: "userIdentity.accessKeyId", resource: "resourceName", address: "sourceIpAddress", event: "eventName" };
/** Who acted: the first of these that an event tells. Of a role, without the session's name. */
const ACTORS = [["user", "userIdentity.userName"], ["principal", "userIdentity.principalId"], ["key", "userIdentity.accessKeyId"], ["address", "sourceIpAddress"]] as const;

export interface Group {
  id: string;
  /** Of an actor what it is, as its page knows it; otherwise empty. */
  kind: string;
  /** How the value begins, and how long the whole of it is. */
  value: string;
  length: number;
  events: number;
  /** Unix milliseconds. */
  first: number;
  last: number;
  failed: number;
  names: number;
}

export interface Groups {
  shown: Group[];
  all: number;
}

const named = (field: string) => `"${field}"`;

/** Kind and value of one event's group, as SQL; an event on several resources has several values. */
function grouping(by: By): { kind: string; value: string } {
  if (by === "actor") {
    const role = `"userIdentity.type" = 'assumed-role' and "userIdentity.userName" <> ''`;
    return {
      kind: `case when ${role} then 'role' ${ACTORS.map(([kind, field]) => `when ${named(field)} <> '' then '${kind}'`).join(" ")} else '' end`,
      value: `case when ${role} then split_part("userIdentity.userName", ':', 1) ${ACTORS.map(([, field]) => `when ${named(field)} <> '' then ${named(field)}`).join(" ")} else '' end`,
    };
  }
  return { kind: "''", value: by === "resource" ? "arrayJoin(if(empty(listed), splitByChar(',', ''), listed))" : named(FIELDS[by]) };
}

/** The events with what they are grouped by, one row for each group that an event is in. */
function rowsOf(by: By, more: string): string {
  const { kind, value } = grouping(by);
  const listed = by === "resource" ? "arrayDistinct(arrayFilter(x -> x <> '', splitByChar(',', replaceAll(resourceName, ';', ',')))) as listed, " : "";
  return `(select ${listed}${kind} as kind, ${value} as v, ${more} from log)`;
}

const ID = "substring(hex(sha256(concat(kind, '=', v))), 1, 32)";
const ORDER: Record<Sort, string> = { count: "events desc, latest desc", newest: "latest desc, events desc", first: "earliest, events desc" };

/** The groups, and beside each how many there are in all. */
export function groupsSql(by: By, sort: Sort): string {
  return (
    `select ${ID} as id, kind, substringUTF8(v, 1, ${VALUE_MAX}) as shown, lengthUTF8(v) as size, count(*) as events, min(at) as earliest, max(at) as latest, ` +
    `count_if(code <> '') as failed, count(distinct name) as names, count(*) over () as groups ` +
    `from ${rowsOf(by, "__time__ as at, errorCode as code, eventName as name")} group by kind, v order by ${ORDER[sort]}, v limit ${GROUPS_MAX}`
  );
}

export function readGroups({ rows }: Pick<Rows, "rows">): Groups {
  const shown = rows.map(([id, kind, value, length, events, first, last, failed, names]) => ({
    id: String(id), kind: String(kind), value: String(value), length: Number(length), events: Number(events),
    first: Number(first) * 1000, last: Number(last) * 1000, failed: Number(failed), names: Number(names),
  }));
  return { shown, all: Number(rows[0]?.[9] ?? 0) };
}

/** Where the first or last events of one group stand, and their ids. */
export function insideSql(by: By, id: string, order: "newest" | "oldest"): string {
  const way = order === "newest" ? "desc" : "asc";
  return (
    `select place, id from ${rowsOf(by, "__index__ as place, eventId as id, __time__ as at")} ` +
    `where ${ID} = '${id.replace(/[^0-9A-F]/g, "")}' order by at ${way}, place ${way} limit ${INSIDE_MAX}`
  );
}

/** What finds a group's events as a search. Where nobody is told, four fields are empty at once. */
export function chipsFor(by: By, group: Pick<Group, "kind" | "value" | "length">): Chip[] {
  const chip = (field: string, value: string): Chip => ({ field, value, not: false });
  const value = short(group.value, group.length);
  if (by !== "actor") return [chip(FIELDS[by], value)];
  if (group.kind === "") return ACTORS.map(([, field]) => chip(field, ""));
  const field = ACTORS.find(([kind]) => kind === group.kind)?.[1] ?? "userIdentity.userName";
  return [chip(field, value)];
}

/** `chips` narrowed to `added`: of the same field nothing else is left that would widen them. */
export function narrowed(chips: readonly Chip[], added: readonly Chip[]): Chip[] {
  return [...chips.filter((one) => one.not ? !added.some((other) => other.field === one.field && other.value === one.value) : !added.some((other) => other.field === one.field)), ...added];
}

/** The page that tells more of a group's value. */
export function pathOf(by: By, group: Group): string {
  if (group.value === "" || group.length > SHORT_MAX) return "";
  const id = encodeURIComponent(group.value);
  if (by === "actor") return group.kind === "principal" ? "" : `/actor/${group.kind}/${id}`;
  return { session: `/actor/key/${id}`, resource: `/resource/${id}`, address: `/actor/address/${id}`, event: "" }[by];
}
