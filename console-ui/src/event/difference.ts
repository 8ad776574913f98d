// Two JSON values beside each other, leaf by leaf: what is the same, what differs, and what only one of them has. Pure.
//
// What an event holds is anybody's: names such as `__proto__` are names like any other, and nothing is read that is not the value's own.

export type Kind = "text" | "number" | "truth" | "null" | "list" | "object";

export interface Leaf {
  kind: Kind;
  text: string;
}

export interface Pair {
  /** The way to it, with dots; a name that holds dots itself stands in quotes. */
  path: string;
  /** Undefined: there is nothing, which is neither null nor empty. */
  left?: Leaf;
  right?: Leaf;
  same: boolean;
}

/** Every leaf of `left` and `right`, in the order of `left`, what only `right` has behind what stands beside it. The whole, if it is a leaf itself, needs a `name`. */
export function pairs(left: unknown, right: unknown, name = ""): Pair[] {
  const found: Pair[] = [];
  walk(left, right, name, found);
  return found;
}

function walk(left: unknown, right: unknown, path: string, found: Pair[]): void {
  if (left === undefined && right === undefined) return;
  const names = inner(left, right);
  if (names) for (const name of names) walk(own(left, name), own(right, name), path ? `${path}.${step(name)}` : step(name), found);
  else if (path) found.push(pair(path, leafOf(left), leafOf(right)));
}

/** The names to go into: of two objects or two lists, or of one where there is nothing on the other side; null at a leaf. */
function inner(left: unknown, right: unknown): string[] | null {
  const kinds = [left, right].filter((one) => one !== undefined).map(kindOf);
  if (kinds.some((kind) => kind !== kinds[0]) || (kinds[0] !== "object" && kinds[0] !== "list")) return null;
  const names = new Set([left, right].flatMap((one) => (one === undefined ? [] : Object.keys(one as object))));
  return names.size > 0 ? [...names] : null;
}

function own(value: unknown, name: string): unknown {
  return value !== undefined && Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function step(name: string): string {
  return name === "" || /[."]/.test(name) ? JSON.stringify(name) : name;
}

function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "object";
  if (typeof value === "number") return "number";
  return typeof value === "boolean" ? "truth" : "text";
}

function leafOf(value: unknown): Leaf | undefined {
  if (value === undefined) return undefined;
  const kind = kindOf(value);
  return { kind, text: kind === "list" || kind === "object" ? JSON.stringify(value) : String(value) };
}

function pair(path: string, left: Leaf | undefined, right: Leaf | undefined): Pair {
  const same = left !== undefined && right !== undefined && left.kind === right.kind && left.text === right.text;
  // `1` beside `"1"`: what reads the same and is not is told apart by its quotes.
  const twins = !same && left !== undefined && left.text === right?.text;
  const told = (leaf: Leaf | undefined) => (twins && leaf?.kind === "text" ? { kind: leaf.kind, text: JSON.stringify(leaf.text) } : leaf);
  const shown = { left: told(left), right: told(right) };
  return { path, ...(shown.left && { left: shown.left }), ...(shown.right && { right: shown.right }), same };
}

/** How many characters `one` and `other` begin with that are the same, never ending inside a character. */
export function alike(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at += 1;
  return at > 0 && /[\ud800-\udbff]/.test(one[at - 1] ?? "") ? at - 1 : at;
}
