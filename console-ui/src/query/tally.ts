// How often each value is there on one side and on the other, and what may be said of that. Pure.
//
// The service counts the commonest values of a field. One that is missing there is known to be missing only if the list is whole, or if
// it was asked for by itself; else it is there at most as often as the last in the list. Nothing is called new or gone on less than that.

/** How many values of a field are asked for: the most that the service gives. */
export const TOP = 1000;

/** How often something is there: at least, and at most. */
export interface Known {
  least: number;
  most: number;
}

export type Turn = "new" | "gone" | "unsure" | "more" | "less" | "same";

export interface Change {
  value: string;
  a: Known;
  b: Known;
  turn: Turn;
  /** How many times more, or fewer, by the length of both sides; 1 where that says nothing. */
  factor: number;
}

export interface Listed {
  value: string;
  count: number;
}

/** What one side knows of a field. */
export interface Tally {
  list: readonly Listed[];
  /** What was asked for by itself. */
  counted?: ReadonlyMap<string, number>;
  /** Whether all that happened there can be searched. */
  whole: boolean;
}

const isWhole = (list: readonly Listed[]): boolean => list.length < TOP;

/** How often `value` is there, by the counts of its list and what that does not say. */
function known(value: string, { list, counted, whole }: Tally, listed: ReadonlyMap<string, number>): Known {
  const count = listed.get(value) ?? counted?.get(value) ?? (isWhole(list) ? 0 : undefined);
  if (count === undefined) return { least: 0, most: whole ? (list.at(-1)?.count ?? 0) : Infinity };
  return { least: count, most: whole ? count : Infinity };
}

/** What `tally` does not say of values that the other side has, the commonest first; as many as are worth a question. */
export function missing(tally: Tally, other: Tally, most: number): string[] {
  if (isWhole(tally.list)) return [];
  const here = new Set(tally.list.map((one) => one.value));
  return other.list.filter((one) => !here.has(one.value) && !tally.counted?.has(one.value)).slice(0, most).map((one) => one.value);
}

/** `scale`: how many times longer the first side is than the second. */
export function changesOf(a: Tally, b: Tally, scale = 1): Change[] {
  const [left, right] = [a, b].map(({ list }) => new Map(list.map((one) => [one.value, one.count]))) as [Map<string, number>, Map<string, number>];
  const values = [...new Set([...left.keys(), ...right.keys()])];
  return values.map((value) => change(value, known(value, a, left), known(value, b, right), scale)).sort(order(scale));
}

function change(value: string, a: Known, b: Known, scale: number): Change {
  const made = (turn: Turn, factor = 1): Change => ({ value, a, b, turn, factor });
  if (b.most === 0) return made(a.least > 0 ? "new" : "same");
  if (a.most === 0) return made(b.least > 0 ? "gone" : "same");
  if (a.least === 0 || b.least === 0 || a.most !== a.least || b.most !== b.least) return made("unsure");
  const expected = b.least * scale;
  if (a.least === Math.round(expected)) return made("same");
  return a.least > expected ? made("more", a.least / expected) : made("less", expected / a.least);
}

const RANK: Record<Turn, number> = { new: 0, unsure: 1, gone: 2, more: 3, less: 3, same: 4 };

/** New, what may be, gone, and then what changed, each with what weighs most first. */
function order(scale: number): (one: Change, other: Change) => number {
  return (one, other) => RANK[one.turn] - RANK[other.turn] || weight(other, scale) - weight(one, scale) || (one.value < other.value ? -1 : 1);
}

/** How much of a surprise the two counts are beside each other: a hundred more of a thousand are less than ten more of one. */
function weight({ turn, a, b }: Change, scale: number): number {
  const [left, right] = [a.least, b.least * scale];
  if (turn === "same") return left + right;
  return left + right === 0 ? 0 : (left - right) ** 2 / (left + right);
}
