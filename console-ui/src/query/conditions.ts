// The service writes a query's conditions its own way; here they are found again among the chips. Pure.
import { compose, type Chip } from "./language.ts";

function words(text: string): string {
  return text.toLowerCase().replace(/event\./g, "").split(/[^\p{L}\p{N}_.*?-]+/u).filter(Boolean).join(" ");
}

/** The chips that say what `condition` says: one, or all of a field that widen each other. */
export function chipsOf(condition: string, chips: readonly Chip[]): Chip[] {
  const wanted = words(condition);
  const one = chips.find((chip) => words(compose("", [chip])) === wanted);
  if (one) return [one];
  for (const field of new Set(chips.map((chip) => chip.field))) {
    const together = chips.filter((chip) => chip.field === field && !chip.not);
    if (together.length > 1 && words(compose("", together)) === wanted) return together;
  }
  return [];
}

/** Whether it is what "hide reads" adds. */
export function isHideReads(condition: string): boolean {
  return words(condition) === "not eventrw read";
}
