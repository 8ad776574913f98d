// To a moment that is typed, with the range as wide as it was: the moment in its middle, or now at its end. Pure: now comes in.
import { fromInput, toInput, type Zone } from "../shell/moments.ts";
import { iso, momentOf, type Range } from "./range.ts";

const OPEN_MS = 86_400_000; // as wide as a range that has no beginning becomes
const LEAST_MS = 60_000;

/** `range`, moved to end now. */
export function toNow(range: Range, now: number): Range {
  const minutes = Math.max(Math.round(width(range, now) / 60_000), 1);
  const [size, unit] = minutes % 1440 === 0 ? [minutes / 1440, "d"] : minutes % 60 === 0 ? [minutes / 60, "h"] : [minutes, "m"];
  return { from: `-${size}${unit}`, to: "now" };
}

/** `range`, moved so that the moment that `text` names is in its middle; null where it names none. */
export function jump(text: string, range: Range, now: number, zone: Zone): Range | null {
  const said = text.trim().toLowerCase();
  if (said === "now" || said === "现在") return toNow(range, now);
  const at = namedMoment(said, now, zone);
  if (at === null) return null;
  const half = width(range, now) / 2;
  return { from: iso(Math.round(at - half)), to: iso(Math.round(at + half)) };
}

/**
 * The moment that is typed: `-2h` and `2h` before now; `7:30`, `7am` of this day, or of the day before if that is still to come;
 * a day, with or without its time, in `zone`; RFC 3339; Unix seconds or milliseconds.
 */
export function namedMoment(text: string, now: number, zone: Zone): number | null {
  if (/^-?\d+[smhdw]$/.test(text)) return momentOf(text.startsWith("-") ? text : `-${text}`, now);
  const seconds = /^\d{10}(\d{3})?$/.exec(text);
  if (seconds) return Number(text) * (seconds[1] ? 1 : 1000);
  const clock = /^(\d{1,2})(?::(\d\d))?(?::(\d\d))? ?(am|pm)?$/.exec(text);
  if (clock && (clock[2] || clock[4])) {
    const hour = Number(clock[1]);
    if (clock[4] && (hour < 1 || hour > 12)) return null;
    const hours = clock[4] ? (hour % 12) + (clock[4] === "pm" ? 12 : 0) : hour;
    const today = moment(`${toInput(now, zone).slice(0, 10)}T${String(hours).padStart(2, "0")}:${clock[2] ?? "00"}:${clock[3] ?? "00"}`, zone);
    if (today === null || today <= now) return today;
    return moment(`${toInput(now - 86_400_000, zone).slice(0, 10)}${toInput(today, zone).slice(10)}`, zone);
  }
  const day = /^(\d{4}-\d\d-\d\d)(?:[t ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?( ?(?:z|[+-]\d\d:?\d\d))?$/.exec(text);
  if (!day) return null;
  const local = `${day[1]}T${day[2] ?? "00:00"}${day[3] ?? ":00"}`;
  return day[4] ? number(Date.parse(`${local}${day[4].trim().toUpperCase()}`)) : moment(local, zone);
}

function width(range: Range, now: number): number {
  const from = momentOf(range.from, now);
  const to = momentOf(range.to || "now", now) ?? now;
  return from === null ? OPEN_MS : Math.max(to - from, LEAST_MS);
}

function moment(text: string, zone: Zone): number | null {
  return number(fromInput(text, zone));
}

function number(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
