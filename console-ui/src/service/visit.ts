// The log as this browser saw it, visit after visit, and whether it is still the same log.
import { compare, type Outcome, type Visit } from "../proof/consistency.ts";
import { parseCheckpoint, parseNote } from "../proof/note.ts";
import { toHex } from "../proof/bytes.ts";
import { remember, remembered } from "../shell/preferences.ts";
import { service } from "./client.ts";
import { trusted } from "./trust.ts";

const KEY = "actiontrail.visits";
const KEPT_MAX = 50;

export interface Kept extends Visit {
  size: number;
  root: string;
}

export function visits(): Kept[] {
  return remembered<Kept[]>(KEY, []);
}

export function forget(): void {
  remember(KEY, []);
}

/** Compare with the last visit, and remember this one unless the log disagrees: evidence of a fork is not written over. */
export async function visit(signal?: AbortSignal): Promise<Outcome> {
  const [note, { vkey, other }] = await Promise.all([service.checkpoint(signal), trusted(signal)]);
  const kept = visits();
  const last = kept.at(-1) ?? null;
  if (other) return { kind: "another key", why: `${vkey} → ${other}`, since: last?.at ?? "" };
  const outcome = await compare(last, note, vkey, (old) => service.consistency(old, signal));
  if (outcome.kind === "first" || outcome.kind === "grown") {
    const checkpoint = parseCheckpoint(parseNote(note).text);
    const seen: Kept = { note, vkey, at: new Date().toISOString(), size: checkpoint.size, root: toHex(checkpoint.root) };
    remember(KEY, [...kept, seen].slice(-KEPT_MAX));
  }
  return outcome;
}
