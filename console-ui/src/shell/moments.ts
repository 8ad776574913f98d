// Moments as people read them, in the zone that the switch in the header says. Pure but for the browser's own zone.
import type { Zone } from "./preferences.ts";

export type { Zone };

const two = (number: number): string => String(number).padStart(2, "0");

/** `2026-01-31 23:59:59`, with what the source wrote of a fraction. */
export function moment(text: string | number, zone: Zone, fraction = false): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = isNamed(zone)
    ? [...inZone(at, zone), at.getUTCMilliseconds()]
    : zone === "utc"
      ? [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCMilliseconds()]
      : [at.getFullYear(), at.getMonth() + 1, at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds(), at.getMilliseconds()];
  const tail = fraction && ms ? `.${String(ms).padStart(3, "0")}` : "";
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${tail}`;
}

/** `+08:00` of the browser's zone at `at`. */
export function offset(at: Date = new Date()): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Year to second of `at` on the clocks of a zone by its name. */
function inZone(at: Date, zone: string): number[] {
  const parts = format(zone).formatToParts(at);
  return ["year", "month", "day", "hour", "minute", "second"].map((type) => Number(parts.find((one) => one.type === type)?.value ?? 0));
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string): Intl.DateTimeFormat {
  let found = formats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
    formats.set(zone, found);
  }
  return found;
}

function isNamed(zone: Zone): boolean {
  return zone !== "utc" && zone !== "local";
}

/** The zone of this browser, by its name. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** The name of `zone` for everybody: in an address, in an export. */
export function zoneId(zone: Zone): string {
  return zone === "utc" ? "UTC" : zone === "local" ? ownZone() : zone;
}

/** The zone with this name; null if there is none. */
export function zoneOf(name: string): Zone | null {
  if (name === "UTC") return "utc";
  if (name === ownZone()) return "local";
  try {
    format(name);
    return name;
  } catch {
    return null;
  }
}

export function zoneName(zone: Zone): string {
  if (isNamed(zone)) return zone;
  return zone === "utc" ? "UTC" : `UTC${offset()}`;
}

/** For `<input type="datetime-local">`. */
export function toInput(milliseconds: number, zone: Zone): string {
  return moment(milliseconds, zone).replace(" ", "T");
}

export function fromInput(text: string, zone: Zone): number {
  if (isNamed(zone)) {
    const guess = Date.parse(`${text}Z`);
    const there = Date.parse(`${toInput(guess, zone)}Z`);
    return guess - (there - guess);
  }
  return Date.parse(zone === "utc" ? `${text}Z` : text);
}

const AGO: [number, Intl.RelativeTimeFormatUnit][] = [[86_400_000, "day"], [3_600_000, "hour"], [60_000, "minute"], [1000, "second"]];

export function ago(text: string | number, now: number, language: string): string {
  const distance = new Date(text).getTime() - now;
  const [size, unit] = AGO.find(([one]) => Math.abs(distance) >= one) ?? [1000, "second" as const];
  return new Intl.RelativeTimeFormat(language === "zh" ? "zh-CN" : "en", { numeric: "auto" }).format(Math.round(distance / size), unit);
}
