// The Merkle tree of RFC 6962, as far as a reader needs it: does this leaf lead to that root, did this log only grow. Pure.
import { join, same, sha256 } from "./bytes.ts";

export class BadProof extends Error {}

/** One hash on the way up: what was joined to it, on which side, and what that gave. */
export interface Rung {
  side: "left" | "right";
  sibling: Uint8Array;
  node: Uint8Array;
}

export async function leafHash(entry: Uint8Array): Promise<Uint8Array> {
  return sha256(join(new Uint8Array([0]), entry));
}

export async function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256(join(new Uint8Array([1]), left, right));
}

/**
 * The way from `leaf` at `index` to the root of a tree of `size` leaves, by `hashes`, the neighbour first.
 * Throws `BadProof` if there is a hash too few or too many. Sizes may exceed 2^32, so no bit operators.
 */
export async function climb(index: number, size: number, leaf: Uint8Array, hashes: Uint8Array[]): Promise<Rung[]> {
  if (index < 0 || index >= size) throw new BadProof(`a log of ${size} entries has no entry ${index}`);
  const rungs: Rung[] = [];
  let node = leaf;
  let at = index;
  let last = size - 1;
  let used = 0;
  while (last > 0) {
    if (at % 2 === 1 || at < last) {
      const sibling = hashes[used++];
      if (!sibling) throw new BadProof("the proof has a hash too few");
      const side = at % 2 === 1 ? "left" : "right";
      node = side === "left" ? await nodeHash(sibling, node) : await nodeHash(node, sibling);
      rungs.push({ side, sibling, node });
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (used !== hashes.length) throw new BadProof("the proof has a hash too many");
  return rungs;
}

/** That the tree of `newSize` leaves with `newRoot` begins with the one of `oldSize` and `oldRoot`; throws `BadProof` if not. */
export async function verifyConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  hashes: Uint8Array[],
): Promise<void> {
  if (oldSize > newSize) throw new BadProof(`the log had ${oldSize} entries and now has ${newSize}: it got shorter`);
  if (oldSize === newSize) {
    if (hashes.length > 0) throw new BadProof("the proof has a hash too many");
    if (!same(oldRoot, newRoot)) throw new BadProof("the log has the same size and another root: an entry was changed");
    return;
  }
  if (oldSize === 0) {
    if (hashes.length > 0) throw new BadProof("the proof has a hash too many");
    return;
  }
  let at = oldSize - 1;
  let last = newSize - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  const waiting = [...hashes];
  const take = (): Uint8Array => {
    const next = waiting.shift();
    if (!next) throw new BadProof("the proof has a hash too few");
    return next;
  };
  let seed = at > 0 ? take() : oldRoot;
  let fresh = seed;
  while (last > 0) {
    if (at % 2 === 1) {
      const sibling = take();
      seed = await nodeHash(sibling, seed);
      fresh = await nodeHash(sibling, fresh);
    } else if (at < last) {
      fresh = await nodeHash(fresh, take());
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  if (waiting.length > 0) throw new BadProof("the proof has a hash too many");
  if (!same(seed, oldRoot)) throw new BadProof("the proof does not lead to the older root: an old entry was changed");
  if (!same(fresh, newRoot)) throw new BadProof("the proof does not lead to the newer root");
}

/**
 * That the tree of `size` leaves with `root` holds `leaves`, one after the other, from `start` on; throws `BadProof` if not. `hashes` are
 * the nodes beside them, from the left to the right.
 */
export async function verifyRun(start: number, size: number, leaves: readonly Uint8Array[], hashes: readonly Uint8Array[], root: Uint8Array): Promise<void> {
  const end = start + leaves.length;
  if (start < 0 || leaves.length === 0 || end > size) throw new BadProof(`there are no entries ${start} to ${end} in a tree of ${size} entries`);
  let used = 0;
  const node = async (low: number, high: number): Promise<Uint8Array> => {
    if (high <= start || end <= low) {
      const hash = hashes[used++];
      if (!hash || hash.length !== 32) throw new BadProof(`the proof of entries ${start} to ${end} has a hash too few`);
      return hash;
    }
    if (high - low === 1) return leaves[low - start] as Uint8Array;
    const middle = low + half(high - low);
    const left = await node(low, middle);
    return nodeHash(left, await node(middle, high));
  };
  const seen = await node(0, size);
  if (used !== hashes.length) throw new BadProof(`the proof of entries ${start} to ${end} has a hash too many`);
  if (!same(seen, root)) throw new BadProof(`entries ${start} to ${end} are not in this tree of ${size} entries: the proof leads to another root`);
}

/** The largest power of two below `count`: where RFC 6962 parts a tree. Sizes may exceed 2^32, so no bit operators. */
function half(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
