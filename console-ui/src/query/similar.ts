// Events of one sort: the same operation of the same service. One chip says both, so that hiding it hides nothing else. Pure.
import type { AuditEvent } from "../service/types.ts";
import type { Chip } from "./language.ts";
import { short } from "./short.ts";

/** The field of a chip that means a sort; no event has a field of this name. */
export const SORT = "sort";

/** `service/operation`; a slash of the service's own is written as `%2F`. */
export function sortOf(event: Pick<AuditEvent, "eventName" | "serviceName">): string {
  return `${short(event.serviceName ?? "").replace(/[%/]/g, encodeURIComponent)}/${short(event.eventName ?? "")}`;
}

/** Service and operation of what `sortOf` wrote. */
export function sortParts(value: string): { service: string; name: string } {
  const at = value.indexOf("/");
  if (at < 0) return { service: "", name: value };
  return { service: value.slice(0, at).replace(/%2F/gi, "/").replace(/%25/g, "%"), name: value.slice(at + 1) };
}

/** `chips` with those that leave only, or hide, what is like any of `events`; without them if they all stand there already. */
export function withSimilar(chips: readonly Chip[], events: readonly AuditEvent[], not: boolean): Chip[] {
  const sorts = [...new Set(events.map(sortOf))];
  const has = (value: string) => chips.some((one) => one.field === SORT && one.value === value && one.not === not);
  const others = chips.filter((one) => one.field !== SORT || !sorts.includes(one.value));
  if (sorts.every(has)) return others;
  return [...others, ...sorts.map((value) => ({ field: SORT, value, not }))];
}
