// The evidence that a log only grew (`actiontrail consistency v1`), checked as an evidence file is.
import { fromBase64, toHex } from "./bytes.ts";
import type { Verdict } from "./evidence.ts";
import { BadProof, verifyConsistency } from "./merkle.ts";
import { openNote, parseCheckpoint, parseVkey, type Checkpoint } from "./note.ts";

const HASHES_MAX = 128;

interface File {
  kind: string;
  old: string;
  new: string;
  hashes: string[];
}

/** What `file` shows to one who trusts `vkey`. Never throws: a step that fails is the last one told. */
export async function verifyConsistencyFile(file: Uint8Array, vkey: string): Promise<Verdict> {
  const verdict: Verdict = { holds: false, steps: [], rungs: [] };
  try {
    const parts = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file)) as File;
    const fields = Object.keys(parts).sort().join(" ");
    if (parts.kind !== "actiontrail consistency v1" || fields !== "hashes kind new old" || !Array.isArray(parts.hashes) || parts.hashes.length > HASHES_MAX)
      throw new BadProof("not the evidence of two checkpoints");
    const hashes = parts.hashes.map((text) => {
      const hash = fromBase64(String(text));
      if (!hash || hash.length !== 32) throw new BadProof("a hash in the file is not 32 bytes in base64");
      return hash;
    });
    verdict.steps.push({ name: "read", holds: true, facts: { bytes: String(file.length), hashes: String(hashes.length) } });
    await signed(verdict, parts, hashes, vkey);
  } catch (error) {
    const name = verdict.steps.length === 0 ? "read" : verdict.steps.length === 1 ? "signature" : "path";
    verdict.steps.push({ name, holds: false, facts: { problem: error instanceof Error ? error.message : String(error) } });
  }
  return verdict;
}

async function signed(verdict: Verdict, parts: File, hashes: Uint8Array[], vkey: string): Promise<void> {
  const verifier = await parseVkey(vkey);
  const open = async (note: string): Promise<Checkpoint> => parseCheckpoint(await openNote(String(note), verifier));
  const [then, now] = [await open(parts.old), await open(parts.new)];
  if (then.origin !== now.origin || now.origin !== verifier.name) throw new BadProof("the checkpoints are of different logs");
  verdict.checkpoint = now;
  verdict.steps.push({ name: "signature", holds: true, facts: { origin: now.origin, old: `${then.size} ${toHex(then.root)}`, new: `${now.size} ${toHex(now.root)}` } });
  await verifyConsistency(then.size, now.size, then.root, now.root, hashes);
  verdict.index = then.size;
  verdict.grown = { old: then.size, now: now.size };
  verdict.steps.push({ name: "path", holds: true, facts: { from: toHex(then.root), to: toHex(now.root) } });
  verdict.holds = true;
}
