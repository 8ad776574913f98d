// Everything that the page of advanced queries shows, as the part of its address behind the `?`, and back. Pure.
import type { Range } from "./range.ts";

export const TABS = ["scenes", "saved", "history"] as const;
export type Tab = (typeof TABS)[number];

export interface AdvancedState {
  /** The question, with its blanks. */
  text: string;
  /** What fills the blanks. */
  values: Record<string, string>;
  range: Range;
  chart: string;
  tab: Tab;
  scene: string;
  /** The kept question that this is, if it is one. */
  kept: string;
}

const RANGE: Range = { from: "-30d", to: "now" };

export function readAdvanced(search: string): AdvancedState {
  const given = new URLSearchParams(search);
  const tab = given.get("tab");
  return {
    text: given.get("q") ?? "",
    values: Object.fromEntries(given.getAll("v").flatMap((pair) => (pair.indexOf("=") > 0 ? [[pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]] : []))),
    range: { from: given.get("from") ?? RANGE.from, to: given.get("to") ?? RANGE.to },
    chart: given.get("chart") ?? "table",
    tab: TABS.find((one) => one === tab) ?? "scenes",
    scene: given.get("scene") ?? "",
    kept: given.get("kept") ?? "",
  };
}

export function writeAdvanced(state: AdvancedState): string {
  const out = new URLSearchParams();
  if (state.text) out.set("q", state.text);
  for (const [name, value] of Object.entries(state.values)) if (value) out.append("v", `${name}=${value}`);
  if (state.range.from !== RANGE.from) out.set("from", state.range.from);
  if (state.range.to !== RANGE.to) out.set("to", state.range.to);
  if (state.chart !== "table") out.set("chart", state.chart);
  if (state.tab !== "scenes") out.set("tab", state.tab);
  if (state.scene) out.set("scene", state.scene);
  if (state.kept) out.set("kept", state.kept);
  return out.toString();
}

/** A scene's question with a blank for the value of each condition. */
export function withBlanks(conditions: readonly { field: string; value: string }[], sql: string): string {
  const used = new Set<string>();
  const terms = conditions.map(({ field, value }) => {
    const bare = field.replace(/^event\./, "");
    let name = bare;
    for (let number = 2; used.has(name); number++) name = `${bare} ${number}`;
    used.add(name);
    return /[{}]/.test(value) ? `${field}: ${value}` : `${field}: \${${name}:${value}}`;
  });
  return `${terms.join(" and ") || "*"} | ${sql}`;
}

/** The kind of chart that a question's shape asks for. */
export function likelyChart(sql: string): string {
  return /time_series|date_trunc|tostartof/i.test(sql) ? "line" : "table";
}
