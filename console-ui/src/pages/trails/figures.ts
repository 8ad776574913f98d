// How figures of trails are told: sizes, spans of time, and which periods a range is cut into. Pure.
import type { Say } from "../../shell/words.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `1.2 MB`; decimal, as disks and clouds count. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `3 min`, in the words that ranges are told with. */
export function span(seconds: number, say: Say): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return say("unit.m", { n: Math.round(seconds / 60) });
  if (seconds < 129_600) return say("unit.h", { n: Math.round(seconds / 3600) });
  return say("unit.d", { n: Math.round(seconds / 86_400) });
}

export const RANGES = ["1h", "24h", "7d", "30d"] as const;
export type RangeName = (typeof RANGES)[number];
const HOURS: Record<RangeName, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };
const PERIODS: Record<RangeName, number> = { "1h": 60, "24h": 1800, "7d": 10_800, "30d": 43_200 };

/** The range that ends with the period of `now`, cut so that a chart has some sixty bars at most. */
export function cutOf(name: RangeName, now: number): { start: string; end: string; period: number } {
  const period = PERIODS[name];
  const end = Math.ceil((now + 1) / (period * 1000)) * period * 1000;
  const iso = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");
  return { start: iso(end - HOURS[name] * 3_600_000), end: iso(end), period };
}

/** All groups of places, period by period. */
export function summed(groups: Record<string, number[]>, length: number): number[] {
  const out = new Array<number>(length).fill(0);
  for (const row of Object.values(groups)) row.forEach((value, at) => { out[at] = (out[at] ?? 0) + value; });
  return out;
}
