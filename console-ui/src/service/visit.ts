// The log as this browser saw it, visit after visit, and whether it is still the same log.
import { compare, type Outcome, type Visit } from "../proof/consistency.ts";
import { parseCheckpoint, parseNote } from "../proof/note.ts";
import { toHex } from "../proof/bytes.ts";
import { remember, remembered } from "../shell/preferences.ts";
import { service } from "./client.ts";
import { follow, forgetTrust, trusted, type Trust } from "./trust.ts";

const KEY = "actiontrail.visits";
const KEPT_MAX = 50;

export interface Kept extends Visit {
  size: number;
  root: string;
}

/** What the service showed, whom this browser trusted when it asked, and what came of it. */
export interface Seen {
  note: string;
  trust: Trust;
  outcome: Outcome;
}

export function visits(): Kept[] {
  return remembered<Kept[]>(KEY, []);
}

/** Nothing is remembered any more: neither what was seen nor whom to trust. */
export function forget(): void {
  remember(KEY, []);
  forgetTrust();
}

/**
 * Compare with the last visit, and remember this one unless the log disagrees: evidence of a fork is not written over. Where
 * hand-overs lead from the trusted key to another, and the log is the same, that one is trusted from now on.
 */
export async function visit(signal?: AbortSignal): Promise<Seen> {
  const [note, trust] = await Promise.all([service.checkpoint(signal), trusted(signal)]);
  const kept = visits();
  const last = kept.at(-1) ?? null;
  const outcome = await compare(last, { note, vkey: trust.shown }, trust, (old, size) => service.consistency(old, signal, size));
  if (outcome.kind !== "broken") {
    const checkpoint = parseCheckpoint(parseNote(note).text);
    const seen: Kept = { note, vkey: trust.shown, at: new Date().toISOString(), size: checkpoint.size, root: toHex(checkpoint.root) };
    if (outcome.kind !== "same" || last?.vkey !== seen.vkey) remember(KEY, [...kept, seen].slice(-KEPT_MAX));
    if (trust.vkey !== trust.shown) follow(trust.vkey, trust.shown);
  }
  return { note, trust, outcome };
}
