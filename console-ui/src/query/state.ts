// Everything that the Events page shows, as the part of its address behind the `?`, and back. Pure.
//
// What is at its default is left out, so that addresses stay short; what is unknown is passed over.
import type { Chip } from "./language.ts";
import { BYS, SORTS, type By, type Sort } from "./groups.ts";
import type { Range } from "./range.ts";

export type Mode = "events" | "groups" | "sql" | "tail";

export interface EventsState {
  text: string;
  chips: Chip[];
  range: Range;
  columns: string[];
  hideReads: boolean;
  collapse: boolean;
  order: "newest" | "oldest";
  mode: Mode;
  /** By what events are grouped, in which order groups stand, and which of them is open. */
  by: By;
  sort: Sort;
  group: string;
  /** The field whose statistics are open; `*` while none is named. */
  stats: string;
  sql: string;
  chart: string;
  open: string;
  /** Which tab of the open event is looked at; of surroundings with axis and window: `around:address:3600`. */
  tab: string;
  /** Runs of reads that are unfolded. */
  runs: string[];
  pins: string[];
  /** Whether only what is pinned is shown. */
  pinsOnly: boolean;
  /** The zone in which times are told: `UTC`, or a name such as `Asia/Shanghai`; empty for the reader's own. */
  tz: string;
}

export const COLUMNS: readonly string[] = [];
/** What is offered as a column; any other field can be named. */
export const COLUMN_FIELDS: readonly string[] = [
  "channel", "eventName", "serviceName", "eventRW", "userIdentity.userName", "userIdentity.type", "userIdentity.accessKeyId",
  "userIdentity.principalId", "userIdentity.accountId", "sourceIpAddress", "resourceName", "resourceType", "errorCode",
  "errorMessage", "acsRegion", "eventType", "eventCategory", "eventId", "requestId", "userAgent", "eventSource",
  "eventTime", "apiVersion", "vpcId", "recipientAccountId", "eventAttributes.SensitiveAction",
];
export const PINS_MAX = 50;
const RANGE: Range = { from: "-7d", to: "now" };
export const SQL = "select eventName, count(*) as events group by eventName order by events desc limit 20";

export function initial(): EventsState {
  return {
    text: "", chips: [], range: { ...RANGE }, columns: [...COLUMNS], hideReads: false, collapse: true, order: "newest",
    mode: "events", by: "actor", sort: "count", group: "", stats: "", sql: SQL, chart: "table", open: "", tab: "", runs: [], pins: [],
    pinsOnly: false, tz: "",
  };
}

export function writeChips(out: URLSearchParams, chips: readonly Chip[]): void {
  for (const chip of chips) out.append(chip.not ? "x" : "f", `${chip.field}=${chip.value}`);
}

/** What `writeChips` wrote: those that include first. */
export function readChips(given: URLSearchParams): Chip[] {
  return [false, true].flatMap((not) =>
    given.getAll(not ? "x" : "f").flatMap((text) => {
      const at = text.indexOf("=");
      return at > 0 ? [{ field: text.slice(0, at), value: text.slice(at + 1), not }] : [];
    }));
}

/** `preferred`: the columns of whoever looks, which an address without any means; once somebody does something, the address says its own. */
export function write(state: EventsState, preferred: readonly string[] = COLUMNS): string {
  const out = new URLSearchParams();
  if (state.text) out.set("q", state.text);
  writeChips(out, state.chips);
  if (state.range.from !== RANGE.from) out.set("from", state.range.from);
  if (state.range.to !== RANGE.to) out.set("to", state.range.to);
  if (state.columns.length > 0 || preferred.length > 0) out.set("cols", state.columns.join(","));
  if (state.hideReads) out.set("reads", "hidden");
  if (!state.collapse) out.set("runs", "open");
  if (state.order !== "newest") out.set("order", state.order);
  if (state.mode !== "events") out.set("mode", state.mode);
  if (state.by !== "actor") out.set("by", state.by);
  if (state.sort !== "count") out.set("sort", state.sort);
  if (state.group) out.set("group", state.group);
  if (state.stats) out.set("stats", state.stats);
  if (state.sql !== SQL) out.set("sql", state.sql);
  if (state.chart !== "table") out.set("chart", state.chart);
  if (state.open) out.set("open", state.open);
  if (state.tab) out.set("tab", state.tab);
  for (const run of state.runs) out.append("run", run);
  for (const pin of state.pins) out.append("pin", pin);
  if (state.pinsOnly) out.set("only", "pins");
  if (state.tz) out.set("tz", state.tz);
  return out.toString();
}

export function read(search: string, preferred: readonly string[] = COLUMNS): EventsState {
  const given = new URLSearchParams(search);
  const state = initial();
  state.text = given.get("q") ?? "";
  state.chips = readChips(given);
  if (given.has("from")) state.range.from = given.get("from") ?? "";
  if (given.has("to")) state.range.to = given.get("to") ?? "";
  state.columns = given.has("cols") ? (given.get("cols") ?? "").split(",").filter(Boolean) : [...preferred];
  state.hideReads = given.get("reads") === "hidden";
  state.collapse = given.get("runs") !== "open";
  if (given.get("order") === "oldest") state.order = "oldest";
  const mode = given.get("mode");
  if (mode === "groups" || mode === "sql" || mode === "tail") state.mode = mode;
  state.by = BYS.find((one) => one === given.get("by")) ?? "actor";
  state.sort = SORTS.find((one) => one === given.get("sort")) ?? "count";
  state.group = given.get("group") ?? "";
  state.stats = given.get("stats") ?? "";
  state.sql = given.get("sql") ?? SQL;
  state.chart = given.get("chart") ?? "table";
  state.open = given.get("open") ?? "";
  state.tab = given.get("tab") ?? "";
  state.runs = given.getAll("run").slice(0, 200);
  state.pins = given.getAll("pin").slice(0, PINS_MAX);
  state.pinsOnly = given.get("only") === "pins" && state.pins.length > 0;
  state.tz = given.get("tz") ?? "";
  return state;
}
