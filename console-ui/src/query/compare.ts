// What is compared with what, as the part of an address behind the `?`, and the two questions that follow from it. Pure: now comes in.
import type { Question } from "../service/types.ts";
import { ACTOR_FIELD, ACTOR_KINDS } from "./actors.ts";
import { compose, type Chip } from "./language.ts";
import { iso, momentOf, type Range } from "./range.ts";
import { readChips, writeChips } from "./state.ts";

export const KINDS = ["events", "periods", "actors"] as const;
export type Of = (typeof KINDS)[number];
/** What the second period is: what was before the first, as long; the same a day or a week earlier; or one of its own. */
export const AGAINST = ["before", "day", "week", "own"] as const;
export type Against = (typeof AGAINST)[number];

export interface CompareState {
  of: Of;
  /** Two events by their ids, or two actors as `kind:name`. */
  a: string;
  b: string;
  /** Of two events: also the fields that are the same. */
  all: boolean;
  text: string;
  chips: Chip[];
  hideReads: boolean;
  range: Range;
  against: Against;
  other: Range;
  tz: string;
}

const DAY = 86_400_000;

export function initial(): CompareState {
  return { of: "periods", a: "", b: "", all: false, text: "", chips: [], hideReads: false, range: { from: "-24h", to: "now" }, against: "before", other: { from: "", to: "" }, tz: "" };
}

export function write(state: CompareState): string {
  const out = new URLSearchParams({ of: state.of });
  if (state.of !== "periods") {
    if (state.a) out.set("a", state.a);
    if (state.b) out.set("b", state.b);
  }
  if (state.of === "events") {
    if (state.all) out.set("all", "1");
  } else {
    if (state.text) out.set("q", state.text);
    writeChips(out, state.chips);
    if (state.hideReads) out.set("reads", "hidden");
    out.set("from", state.range.from);
    out.set("to", state.range.to);
  }
  if (state.of === "periods" && state.against !== "before") out.set("against", state.against);
  if (state.of === "periods" && state.against === "own") {
    out.set("from2", state.other.from);
    out.set("to2", state.other.to);
  }
  if (state.tz) out.set("tz", state.tz);
  return out.toString();
}

export function read(search: string): CompareState {
  const given = new URLSearchParams(search);
  const state = initial();
  state.of = KINDS.find((one) => one === given.get("of")) ?? "periods";
  state.a = given.get("a") ?? "";
  state.b = given.get("b") ?? "";
  state.all = given.get("all") === "1";
  state.text = given.get("q") ?? "";
  state.chips = readChips(given);
  state.hideReads = given.get("reads") === "hidden";
  state.range = { from: given.get("from") ?? state.range.from, to: given.get("to") ?? state.range.to };
  state.against = AGAINST.find((one) => one === given.get("against")) ?? "before";
  state.other = { from: given.get("from2") ?? "", to: given.get("to2") ?? "" };
  state.tz = given.get("tz") ?? "";
  return state;
}

/** The address of the page that compares so. */
export function comparePath(state: Partial<CompareState>): string {
  return `/compare?${write({ ...initial(), ...state })}`;
}

/** A period of which both ends are known, in Unix milliseconds; its end is not in it. */
export interface Span {
  from: number;
  to: number;
}

export const length = (span: Span): number => span.to - span.from;

/** `range` as it is `now`; null where it has no beginning, or none before its end. */
export function spanOf(range: Range, now: number): Span | null {
  const from = momentOf(range.from, now);
  const to = momentOf(range.to || "now", now);
  return from === null || to === null || from >= to ? null : { from, to };
}

/** Both periods; the second is null where it cannot be told. */
export function spansOf(state: CompareState, now: number): { a: Span | null; b: Span | null } {
  const a = spanOf(state.range, now);
  if (state.of === "actors") return { a, b: a };
  if (state.against === "own") return { a, b: spanOf(state.other, now) };
  if (!a) return { a, b: null };
  const back = { before: length(a), day: DAY, week: 7 * DAY }[state.against];
  return { a, b: { from: a.from - back, to: a.to - back } };
}

export function overlap(one: Span, other: Span): boolean {
  return one.from < other.to && other.from < one.to;
}

export interface Named {
  kind: string;
  id: string;
}

/** `user:alice` as kind and name; null if it is neither. */
export function actorIn(text: string): Named | null {
  const at = text.indexOf(":");
  const kind = text.slice(0, at);
  const id = text.slice(at + 1).trim();
  return at > 0 && id && ACTOR_KINDS.includes(kind) ? { kind, id } : null;
}

/** One side: its period, what is asked of it, and the chips that find the same in Events. */
export interface Side {
  span: Span;
  chips: Chip[];
  question: Required<Question>;
}

/** Both sides; null as long as one of them is not told. */
export function sidesOf(state: CompareState, now: number): { a: Side; b: Side } | null {
  const { a, b } = spansOf(state, now);
  if (!a || !b || state.of === "events") return null;
  const side = (span: Span, name: string): Side | null => {
    const actor = state.of === "actors" ? actorIn(name) : null;
    if (state.of === "actors" && !actor) return null;
    const own: Chip[] = actor ? [{ field: ACTOR_FIELD[actor.kind] ?? "", value: actor.id, not: false }] : [];
    const common = compose(state.text, state.chips, { hideReads: state.hideReads });
    const query = [common && own.length > 0 ? `(${common})` : common, compose("", own)].filter(Boolean).join(" and ");
    return { span, chips: own, question: { query, start: iso(span.from), end: iso(span.to) } };
  };
  const left = side(a, state.a);
  const right = side(b, state.b);
  return left && right ? { a: left, b: right } : null;
}

/** Where Events shows what `side` counted, or what of it has `value` in `field`. */
export function eventsOf(state: CompareState, side: Side, value?: { field: string; value: string }): { q?: string; f: [string, string][]; x: [string, string][]; from: string; to: string; reads?: string } {
  const common = compose(state.text, state.chips.filter((one) => !one.not));
  const own = side.chips[0];
  // Chips of one field widen each other there. What is to narrow each other, and cannot be chips of their own, is written out.
  const clash = own !== undefined && state.chips.some((one) => !one.not && one.field === own.field);
  const plus = state.chips.filter((one) => !one.not && one.field !== value?.field);
  const chips = clash ? [own] : [...plus, ...(own && own.field !== value?.field ? [own] : [])];
  return {
    q: clash ? common : state.text,
    f: [...chips.filter((one) => one.field !== value?.field).map((one): [string, string] => [one.field, one.value]), ...(value ? [[value.field, value.value] as [string, string]] : [])],
    x: state.chips.filter((one) => one.not).map((one) => [one.field, one.value]),
    from: side.question.start,
    to: side.question.end,
    ...(state.hideReads ? { reads: "hidden" } : {}),
  };
}

/** The question of `side` for those of its events that have one of `values` in `field`: at least those. */
export function narrowed(side: Side, field: string, values: readonly string[]): Required<Question> {
  const group = compose("", values.map((value) => ({ field, value, not: false })));
  const { query } = side.question;
  return { ...side.question, query: query && query !== "*" ? `(${query}) and (${group})` : group };
}

/** Whether the search language can ask for `value`: it must hold something besides the characters at which words are cut. */
export function askable(value: string): boolean {
  return value === "" || (value.length <= 500 && /[^\s,'";=()[\]{}?@&<>/:*]/.test(value));
}
