// The evidence that a log only grew (`actiontrail consistency v1`), checked as an evidence file is.
import { fromBase64, toHex } from "./bytes.ts";
import { failed, type Verdict } from "./evidence.ts";
import { vouched, type Trusting } from "./handover.ts";
import { BadProof, verifyConsistency } from "./merkle.ts";
import { decoded, json } from "./text.ts";

const HASHES_MAX = 128;

interface File {
  kind: string;
  old: string;
  new: string;
  hashes: string[];
}

/** What `file` shows to one who trusts `trusting`. Never throws: a step that fails is the last one told. */
export async function verifyConsistencyFile(file: Uint8Array, trusting: Trusting): Promise<Verdict> {
  const verdict: Verdict = { holds: false, steps: [], rungs: [] };
  try {
    const parts = json(decoded(file)) as File;
    const fields = Object.keys(parts ?? {}).sort().join(" ");
    if (parts?.kind !== "actiontrail consistency v1" || fields !== "hashes kind new old" || !Array.isArray(parts.hashes) || parts.hashes.length > HASHES_MAX)
      throw new BadProof("this JSON is neither the evidence of two checkpoints nor a receipt");
    const hashes = parts.hashes.map((text) => {
      const hash = fromBase64(String(text));
      if (!hash || hash.length !== 32) throw new BadProof("a hash in the file is not 32 bytes in base64");
      return hash;
    });
    verdict.steps.push({ name: "read", holds: true, facts: { bytes: String(file.length), hashes: String(hashes.length) } });
    await signed(verdict, parts, hashes, trusting);
  } catch (error) {
    const done = new Set(verdict.steps.map((step) => step.name));
    verdict.steps.push(failed(!done.has("read") ? "read" : !done.has("signature") ? "signature" : "path", error));
  }
  return verdict;
}

async function signed(verdict: Verdict, parts: File, hashes: Uint8Array[], trusting: Trusting): Promise<void> {
  const [older, newer] = [await vouched(String(parts.old), trusting), await vouched(String(parts.new), trusting)];
  const [then, now] = [older.checkpoint, newer.checkpoint];
  const way = older.way.length > newer.way.length ? older.way : newer.way;
  verdict.steps.push(...way);
  verdict.checkpoint = now;
  verdict.steps.push({ name: "signature", holds: true, facts: { origin: now.origin, old: `${then.size} ${toHex(then.root)}`, new: `${now.size} ${toHex(now.root)}`, ...(older.by === newer.by ? { key: newer.by } : { "old key": older.by, "new key": newer.by }) } });
  await verifyConsistency(then.size, now.size, then.root, now.root, hashes);
  verdict.index = then.size;
  verdict.grown = { old: then.size, now: now.size };
  verdict.steps.push({ name: "path", holds: true, facts: { from: toHex(then.root), to: toHex(now.root) } });
  verdict.holds = true;
}
