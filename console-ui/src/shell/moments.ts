// Moments as people read them, in the zone that the switch in the header says. Pure but for the browser's own zone.
export type Zone = "utc" | "local";

const two = (number: number): string => String(number).padStart(2, "0");

/** `2026-01-31 23:59:59`, with what the source wrote of a fraction. */
export function moment(text: string | number, zone: Zone, fraction = false): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return String(text);
  const [year, month, day, hour, minute, second, ms] =
    zone === "utc"
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

export function zoneName(zone: Zone): string {
  return zone === "utc" ? "UTC" : `UTC${offset()}`;
}

/** For `<input type="datetime-local">`. */
export function toInput(milliseconds: number, zone: Zone): string {
  return moment(milliseconds, zone).replace(" ", "T");
}

export function fromInput(text: string, zone: Zone): number {
  return Date.parse(zone === "utc" ? `${text}Z` : text);
}

const AGO: [number, Intl.RelativeTimeFormatUnit][] = [[86_400_000, "day"], [3_600_000, "hour"], [60_000, "minute"], [1000, "second"]];

export function ago(text: string | number, now: number, language: string): string {
  const distance = new Date(text).getTime() - now;
  const [size, unit] = AGO.find(([one]) => Math.abs(distance) >= one) ?? [1000, "second" as const];
  return new Intl.RelativeTimeFormat(language === "zh" ? "zh-CN" : "en", { numeric: "auto" }).format(Math.round(distance / size), unit);
}
