// Checkpoints from the past, in the order of their sizes, each checked against the one before it.
import { fromHex, toHex } from "./bytes.ts";
import { hashesOf, type Ask } from "./consistency.ts";
import { inOrder, vouched, BadHandover, type Handover, type Trusting } from "./handover.ts";
import { BadProof, verifyConsistency } from "./merkle.ts";
import { BadNote } from "./note.ts";

export interface Known {
  size: number;
  root: string;
  /** When this browser saw it; empty for one that stands in a hand-over. */
  at: string;
  /** The signed note; empty for a hand-over, whose signatures are checked with the list. */
  note: string;
}

/** What was seen, and what stands in the hand-overs as far as these are good, the smallest first. */
export async function known(seen: readonly Known[], handovers: readonly string[]): Promise<Known[]> {
  const good: Handover[] = [];
  try {
    await inOrder(handovers, good);
  } catch (error) {
    if (!(error instanceof BadHandover)) throw error; // told where the keys are
  }
  const kept = good.map((one) => ({ size: one.size, root: toHex(one.root), at: "", note: "" }));
  return [...kept, ...seen].toSorted((one, other) => one.size - other.size || one.at.localeCompare(other.at));
}

/** Check each of `all`, the smallest first: that it is signed, and that it begins with the one before. `tell` hears of each; empty if it holds. */
export async function neighbours(all: readonly Known[], trusting: Trusting, ask: Ask, tell: (at: number, problem: string) => void, signal?: AbortSignal): Promise<void> {
  for (const [at, one] of all.entries()) {
    signal?.throwIfAborted();
    try {
      if (one.note) {
        const { checkpoint } = await vouched(one.note, trusting);
        if (checkpoint.size !== one.size || toHex(checkpoint.root) !== one.root) throw new BadProof("the note is of another size or root than was remembered");
      }
      const before = all[at - 1];
      if (before) {
        const hashes = before.size === one.size || before.size === 0 ? [] : (await ask(before.size, one.size)).hashes;
        await verifyConsistency(before.size, one.size, fromHex(before.root), fromHex(one.root), hashesOf(hashes));
      }
      tell(at, "");
    } catch (error) {
      if (!(error instanceof BadProof || error instanceof BadNote || error instanceof BadHandover)) throw error;
      tell(at, error.message);
    }
  }
}
