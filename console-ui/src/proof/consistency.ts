// Whether the log that is shown now begins with the one that was shown before: the browser remembers, and checks.
import { fromBase64, same, toHex } from "./bytes.ts";
import { BadProof, verifyConsistency } from "./merkle.ts";
import { BadNote, openNote, parseCheckpoint, parseVkey, type Checkpoint } from "./note.ts";

export interface Visit {
  /** The signed checkpoint as it was shown. */
  note: string;
  vkey: string;
  at: string;
}

export type Outcome =
  | { kind: "first"; now: Checkpoint }
  | { kind: "same" | "grown"; now: Checkpoint; then: Checkpoint; since: string }
  | { kind: "broken"; why: string; then?: Checkpoint; now?: Checkpoint; since?: string }
  | { kind: "another key"; why: string; since: string };

type Ask = (oldSize: number) => Promise<{ hashes: string[]; checkpoint?: string }>;

/** Compare the log of today, signed by `vkey`, with the one of the last visit. Never throws for what the server said. */
export async function compare(visit: Visit | null, note: string, vkey: string, ask: Ask): Promise<Outcome> {
  let now: Checkpoint;
  try {
    now = parseCheckpoint(await openNote(note, await parseVkey(vkey)));
  } catch (error) {
    if (error instanceof BadNote) return { kind: "broken", why: error.message };
    throw error;
  }
  if (!visit) return { kind: "first", now };
  if (visit.vkey !== vkey)
    return { kind: "another key", why: `${visit.vkey} → ${vkey}`, since: visit.at };
  try {
    const then = parseCheckpoint(await openNote(visit.note, await parseVkey(visit.vkey)));
    if (then.size === now.size && same(then.root, now.root)) return { kind: "same", now, then, since: visit.at };
    const answer = await ask(then.size);
    // The log may have grown since `note` was read: the proof leads to the checkpoint that came with it.
    const latest = answer.checkpoint ? parseCheckpoint(await openNote(answer.checkpoint, await parseVkey(vkey))) : now;
    const hashes = answer.hashes.map((text) => {
      const hash = fromBase64(text);
      if (!hash) throw new BadProof("a hash of the proof is not base64");
      return hash;
    });
    await verifyConsistency(then.size, latest.size, then.root, latest.root, hashes);
    return { kind: "grown", now: latest, then, since: visit.at };
  } catch (error) {
    if (error instanceof BadProof || error instanceof BadNote)
      return { kind: "broken", why: error.message, now, since: visit.at };
    throw error;
  }
}

export function short(checkpoint: Checkpoint): string {
  return `${checkpoint.size} · ${toHex(checkpoint.root).slice(0, 16)}`;
}
