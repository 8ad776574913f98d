// The range of time that is looked at: relative to now, or between two moments. Pure: now comes in.

/** `from` and `to` are `-15m`, `-7d`, `now`, or RFC 3339 in UTC; empty for open. */
export interface Range {
  from: string;
  to: string;
}

export const PRESETS: readonly string[] = ["-15m", "-1h", "-6h", "-24h", "-3d", "-7d", "-14d", "-30d", "-90d", ""];
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

export function isRelative(text: string): boolean {
  return text === "now" || /^-\d+[smhdw]$/.test(text);
}

/** `text` as a moment in milliseconds; null if it names none, which is an open end. */
export function momentOf(text: string, now: number): number | null {
  if (!text) return null;
  if (text === "now") return now;
  const relative = /^-(\d+)([smhdw])$/.exec(text);
  if (relative) return now - Number(relative[1]) * (UNITS[relative[2] ?? "s"] ?? 1) * 1000;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? null : parsed;
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}

/** The range as the service takes it. An end of `now` is left open, so that what is recorded meanwhile is seen. */
export function toQuestion(range: Range, now: number): { start?: string; end?: string } {
  const from = momentOf(range.from, now);
  const to = range.to === "now" || range.to === "" ? null : momentOf(range.to, now);
  return { ...(from === null ? {} : { start: iso(from) }), ...(to === null ? {} : { end: iso(to) }) };
}

export function around(time: string, minutes: number): Range {
  const at = Date.parse(time);
  return { from: iso(at - minutes * 60_000), to: iso(at + minutes * 60_000) };
}
