// Which key does what, and where. The help tells this table and the pages bind it: there is no other list of keys. Pure data.
import type { Word } from "../words/words.ts";

/** One key, or several that do the like (each told where it stands in the list); and what it does, in words. */
type Told = readonly [keys: string | readonly string[], word: Word];

/** The pages one can go to, each by `g` and its letter. */
export const GOTO = [
  ["/", "nav.overview", "o"], ["/events", "nav.events", "e"], ["/trails", "nav.trails", "t"], ["/insights", "nav.insights", "n"],
  ["/advanced", "nav.advanced", "a"], ["/integrity", "nav.integrity", "i"], ["/settings", "nav.settings", "s"],
] as const satisfies readonly (readonly [string, Word, string])[];

const step = { next: ["j", "keys.row.next"], previous: ["k", "keys.row.previous"] } as const;
const rows = { ...step, open: ["o", "keys.row.open"] } as const;
const remove = { remove: ["x", "keys.row.remove"] } as const;

/** A place is a part of a page that brings keys: all of them while it is there, and none when it is not. */
export const PLACES = {
  everywhere: {
    palette: ["mod+k", "keys.palette"], help: ["?", "keys.help"], copy: ["c", "keys.copy"], back: ["u", "keys.back"], theme: ["t", "keys.theme"], language: ["i", "keys.language"], zone: ["z", "keys.zone"],
  },
  hints: { show: [[";", "mod+;"], "keys.hints"] },
  goto: { page: [GOTO.map(([, , key]) => `g ${key}`), "keys.goto"] },
  overview: { ...rows, ranges: [["1", "2", "3", "4", "5"], "keys.ranges"] },
  events: {
    search: ["/", "keys.search"], again: ["r", "keys.again"], range: ["d", "keys.range"], earlier: [",", "keys.earlier"], later: [".", "keys.later"], now: [">", "keys.now"], closer: [["+", "="], "keys.closer"], wider: ["-", "keys.wider"],
    clear: ["x", "keys.clear"], facets: ["m", "keys.facets"], pins: ["b", "keys.pins"], reads: ["h", "keys.reads"], fold: ["f", "keys.fold"], live: ["l", "keys.live"], groups: ["w", "keys.groups"], sql: ["s", "keys.sql"],
  },
  "events.list": { next: ["j", "keys.next"], previous: ["k", "keys.previous"], open: ["o", "keys.open"], tabs: [["[", "]"], "keys.tabs"], around: ["a", "keys.around"], pin: ["p", "keys.pin"], similar: [["1", "0"], "keys.similar"], compare: ["&", "keys.compare.pins"] },
  "events.tools": { order: ["n", "keys.order"], columns: ["v", "keys.columns"], saved: ["q", "keys.saved"], copyAs: ["y", "keys.copyAs"], export: ["e", "keys.export"], compare: ["<", "keys.compare.before"], close: ["Escape", "keys.closeAll"] },
  "events.groups": { by: [["1", "2", "3", "4", "5"], "keys.groups.by"], sort: [["[", "]"], "keys.groups.sort"], next: ["j", "keys.row.next"], previous: ["k", "keys.row.previous"], open: ["o", "keys.row.open"], all: ["a", "keys.groups.all"] },
  "events.pins": { notes: ["mod+j", "keys.notes"], pack: ["mod+s", "keys.pack"] },
  "events.live": { pause: [" ", "keys.pause"], next: ["j", "keys.next"], previous: ["k", "keys.previous"], open: ["o", "keys.open"] },
  result: { charts: [["1", "2", "3", "4", "5"], "keys.charts"] },
  event: { tabs: [["[", "]"], "keys.tabs"], around: ["a", "keys.around"], compare: ["<", "keys.compare.event"], search: ["/", "keys.search"] },
  actor: { ...rows, range: ["d", "keys.range"], view: ["m", "keys.view"], compare: ["<", "keys.compare.actor"], search: ["/", "keys.search"] },
  resource: { ...rows, reads: ["h", "keys.reads"], search: ["/", "keys.search"] },
  compare: { kinds: [["1", "2", "3"], "keys.compare.kinds"], swap: ["w", "compare.swap"], again: ["r", "keys.compare.again"], search: ["/", "keys.compare.search"], ...rows },
  "compare.events": { only: ["f", "keys.compare.only"] },
  "compare.sides": { range: ["d", "keys.range"] },
  "compare.periods": { against: ["m", "keys.compare.against"] },
  trails: { new: ["n", "trails.key.new"], ...rows, refresh: ["r", "trails.key.refresh"] },
  trail: { ...step, refresh: ["r", "trails.key.refresh"], edit: ["e", "trails.key.edit"], switch: ["w", "trails.key.switch"], remove: ["x", "trails.key.delete"] },
  "trail.backfills": { begin: ["b", "trails.key.backfill"] },
  "trail.check": { check: ["v", "trails.key.verify"] },
  "trail.volume": { range: ["y", "trails.key.volume"] },
  "trail.form": { save: ["mod+Enter", "trails.key.save"], leave: ["Escape", "trails.cancel"] },
  "trail.preview": { range: ["y", "trails.key.preview"] },
  insights: { ...rows, range: ["d", "keys.range"], view: ["m", "keys.view"] },
  advanced: { query: ["/", "keys.query"], run: ["r", "keys.run"], range: ["d", "keys.range"], keep: ["w", "keys.keep"], begin: ["m", "keys.begin"], ...rows, ...remove },
  integrity: { verify: ["/", "keys.verify"], file: ["o", "keys.file"], again: ["r", "keys.look"] },
  settings: { tabs: [["1", "2", "3", "4", "5"], "keys.settings"] },
  "settings.preferences": { columns: ["v", "prefer.columns"] },
  "settings.account": { password: ["n", "own.password"], app: ["w", "own.totp"], ...step, ...remove },
  "settings.access": {
    lists: [["[", "]"], "keys.lists"], ...rows, new: ["n", "keys.row.new"], switch: ["w", "keys.row.switch"], edit: ["e", "keys.row.edit"], ...remove, ask: ["/", "simulate.title"],
  },
  "settings.members": { ...step, new: ["n", "members.add"], edit: ["e", "members.rename"], ...remove },
  "settings.retention": { ask: ["/", "keep.what"] },
} as const satisfies Record<string, Record<string, Told>>;

export type Place = keyof typeof PLACES;
export type Deed<P extends Place> = keyof (typeof PLACES)[P];

/** Pages in the order in which the help tells them, each with the places that it may have. */
export const SHEETS: readonly (readonly [Word, readonly Place[]])[] = [
  ["nav.overview", ["overview"]],
  ["nav.events", ["events", "events.list", "events.pins", "events.groups", "events.tools", "events.live", "result"]],
  ["keys.sheet.event", ["event"]],
  ["keys.sheet.actor", ["actor"]],
  ["keys.sheet.resource", ["resource"]],
  ["compare.title", ["compare", "compare.events", "compare.sides", "compare.periods"]],
  ["trails.title", ["trails"]],
  ["keys.sheet.trail", ["trail", "trail.backfills", "trail.check", "trail.volume"]],
  ["keys.sheet.form", ["trail.form", "trail.preview"]],
  ["nav.insights", ["insights"]],
  ["nav.advanced", ["advanced", "result"]],
  ["nav.integrity", ["integrity"]],
  ["nav.settings", ["settings", "settings.preferences", "settings.account", "settings.access", "settings.members", "settings.retention"]],
];

/** What only holds where the focus is: the browser's way, or a field's own. Told beside the table, bound by the field. */
export const FIELDS: readonly (readonly [page: Word | "", keys: string, word: Word])[] = [
  ["", "Esc", "keys.closeAll"],
  ["nav.events", "↓ / Tab", "keys.complete"], ["nav.events", "Enter", "keys.include"], ["nav.events", "Alt Enter", "keys.exclude"], ["nav.events", "← →", "keys.bars"], ["nav.events", "Shift ← →", "keys.brush"],
  ["nav.advanced", "Ctrl Enter", "keys.run"],
  ["nav.insights", "← →", "keys.bars"],
];

export const keysOf = (told: Told): readonly string[] => (typeof told[0] === "string" ? [told[0]] : told[0]);
export const wordOf = (told: Told): Word => told[1];

export function deedsOf(place: Place): [string, Told][] {
  return Object.entries(PLACES[place] as Record<string, Told>);
}

/** A key as it is written on a keyboard. */
export function keycap(key: string): string {
  return key.replace("mod+", "Ctrl ").replace("Escape", "Esc").replace("Enter", "Enter").replace(/^ $/, "Space").replace(/^(Ctrl )([a-z])$/, (_, mod: string, letter: string) => mod + letter.toUpperCase()).replace(/^-$/, "−");
}
