// A case file as it may be: each text within its bounds, whatever a browser had kept. Pure.
import { cut } from "../event/inert.ts";
import type { CaseFile } from "./types.ts";

export const TITLE_MAX = 200;
export const SUMMARY_MAX = 8000;
export const NOTE_MAX = 4000;
export const EMPTY: CaseFile = { title: "", summary: "", notes: {} };

/** `kept`, which may be anything, as a case file. */
export function tidy(kept: unknown): CaseFile {
  if (typeof kept !== "object" || kept === null) return EMPTY;
  const { title, summary, notes } = kept as Record<string, unknown>;
  const pairs = typeof notes === "object" && notes !== null && !Array.isArray(notes) ? Object.entries(notes) : [];
  return {
    title: text(title, TITLE_MAX),
    summary: text(summary, SUMMARY_MAX),
    notes: Object.fromEntries(pairs.map(([id, note]) => [id, text(note, NOTE_MAX)] as const).filter(([, note]) => note !== "")),
  };
}

/** The note on the event `id`; empty if there is none, whatever the id is called. */
export function noteOn({ notes }: CaseFile, id: string): string {
  return Object.hasOwn(notes, id) ? (notes[id] ?? "") : "";
}

/** `old` with `note` on the event `id`; an empty one is none. */
export function noted(old: CaseFile, id: string, note: string): CaseFile {
  const others = Object.entries(old.notes).filter(([one]) => one !== id);
  return { ...old, notes: Object.fromEntries(note === "" ? others : [...others, [id, text(note, NOTE_MAX)]]) };
}

/** Events with a note that are not among `pins`. */
export function unpinned({ notes }: CaseFile, pins: readonly string[]): string[] {
  return Object.keys(notes).filter((id) => !pins.includes(id));
}

function text(value: unknown, most: number): string {
  if (typeof value !== "string") return "";
  return value.length <= most ? value : cut(value, most).slice(0, -1);
}
