import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keyOf } from "./keyname.ts";
import { deedsOf, keycap, keysOf, PLACES, SHEETS, type Place } from "./keytable.ts";

const ROOT = join(import.meta.dirname, "..");
const ALWAYS: Place[] = ["everywhere", "hints", "goto"];
/** Of these, a page has one at a time. */
const EITHER: Place[][] = [
  ["events.list", "events.groups", "events.live", "result"],
  ["settings.preferences", "settings.account", "settings.access", "settings.members", "settings.retention"],
];

const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.|\.d\.ts$/.test(name)).map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(join(ROOT, name), "utf8") }));

function keys(places: readonly Place[]): string[] {
  return places.flatMap((place) => deedsOf(place).flatMap(([, told]) => keysOf(told)));
}

/** Every set of places that can be on one page together. */
function together(places: readonly Place[]): Place[][] {
  const group = EITHER.find((either) => either.filter((one) => places.includes(one)).length > 1);
  if (!group) return [[...places]];
  return group.filter((one) => places.includes(one)).flatMap((one) => together(places.filter((place) => place === one || !group.includes(place))));
}

describe("the table of keys", () => {
  it.each(SHEETS.flatMap(([page, places]) => together(places).map((set) => [page, set] as const)))("has one meaning for each key of %s", (_, places) => {
    const all = keys([...ALWAYS, ...places]);
    expect(all.filter((key, at) => all.indexOf(key) !== at)).toEqual([]);
  });

  it("has each place on a sheet of the help, and bound by one part of the pages (the result by its own)", () => {
    const told = new Set([...ALWAYS, ...SHEETS.flatMap(([, places]) => places)]);
    const bound = sources.flatMap(({ text }) => [...text.matchAll(/useKeys\("([\w.]+)"/g)].map((found) => found[1])).sort();
    expect([[...told].sort(), bound]).toEqual([Object.keys(PLACES).sort(), Object.keys(PLACES).sort()]);
  });

  it("is the only list of keys: nothing else listens to the whole page but what takes the keys for itself", () => {
    const listens = sources.filter(({ text }) => /(window|document)\.addEventListener\("keydown"/.test(text)).map(({ name }) => name).sort();
    expect(listens).toEqual(["parts/Ask.tsx", "shell/Hints.tsx", "shell/keys.ts"]);
  });

  it("writes keys as keyboards do", () => {
    expect(["mod+k", "mod+s", "mod+;", "mod+Enter", "Escape", " ", "-", "g e", "?"].map(keycap)).toEqual(["Ctrl K", "Ctrl S", "Ctrl ;", "Ctrl Enter", "Esc", "Space", "−", "g e", "?"]);
  });
});

describe("a key", () => {
  const key = (given: Partial<KeyboardEvent>) => keyOf({ key: "", code: "", keyCode: 0, shiftKey: false, ...given });

  it("is a small letter, also of full width, as input methods write", () => {
    expect([key({ key: "J" }), key({ key: "；" }), key({ key: "？" }), key({ key: "Escape" })]).toEqual(["j", ";", "?", "Escape"]);
  });

  it("is told by its place where an input method holds it back", () => {
    const held = { key: "Process", keyCode: 229 };
    expect([key({ ...held, code: "KeyJ" }), key({ ...held, code: "Semicolon" }), key({ ...held, code: "Slash", shiftKey: true }), key({ ...held, code: "Digit3" })]).toEqual(["j", ";", "?", "3"]);
  });
});
