// The test vectors of the ecosystem, where a folder with them is named: every proof of theirs, and every note that we can check.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join as at } from "node:path";
import { describe, expect, it } from "vitest";
import { fromBase64, same } from "./bytes.ts";
import { parseProof } from "./evidence.ts";
import { climb, verifyConsistency } from "./merkle.ts";
import { parseCheckpoint, parseVkey } from "./note.ts";

const FOLDER = process.env.ACTIONTRAIL_TEST_DATA ? at(process.env.ACTIONTRAIL_TEST_DATA, "tlog") : "";
const there = FOLDER !== "" && existsSync(FOLDER);

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? files(at(folder, one.name)) : one.name.endsWith(".json") ? [at(folder, one.name)] : []));
}

const bytes = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
const hash = (text: string): Uint8Array => {
  const found = bytes(text);
  if (found.length !== 32) throw new Error("no hash"); // a checkpoint's root and a leaf have 32 bytes before they come this far
  return found;
};
const holds = async (work: () => unknown): Promise<boolean> => {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
};

interface Vector {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

/** Those on which we do not agree with what is wanted. */
async function wrong(kind: string, check: (vector: Vector) => unknown): Promise<[number, string[]]> {
  const all = files(at(FOLDER, "merkle", kind));
  const failed: string[] = [];
  for (const name of all) {
    const vector = JSON.parse(readFileSync(name, "utf8")) as Vector;
    if ((await holds(() => check(vector))) === vector.wantErr) failed.push(name);
  }
  return [all.length, failed];
}

describe.skipIf(!there)("vectors", () => {
  it("of inclusion", async () => {
    const [count, failed] = await wrong("inclusion", async (one) => {
      const leaf = hash(one.leafHash);
      const rungs = await climb(one.leafIdx, one.treeSize, leaf, (one.proof ?? []).map(bytes));
      if (!same(rungs.at(-1)?.node ?? leaf, hash(one.root))) throw new Error("another root");
    });
    expect([count > 90, failed]).toEqual([true, []]);
  });

  it("of consistency", async () => {
    const [count, failed] = await wrong("consistency", (one) => verifyConsistency(one.size1, one.size2, bytes(one.root1), bytes(one.root2), (one.proof ?? []).map(bytes)));
    // Theirs call a proof from an empty log useless and refuse it; ours shows that it is one, and says of what size.
    const useless = failed.filter((name) => (JSON.parse(readFileSync(name, "utf8")) as Vector).size1 === 0);
    expect([count > 50, failed.filter((name) => !useless.includes(name)), useless.length]).toEqual([true, [], 3]);
  });

  it("of checkpoints, keys and evidence that must be refused", async () => {
    const told = JSON.parse(readFileSync(at(FOLDER, "note_checkpoint_vectors.json"), "utf8")) as Record<string, Record<string, string | boolean>[]>;
    const taken: unknown[] = [];
    const refuse = async (kind: string, field: string, read: (text: string) => unknown) => {
      for (const one of told[kind] ?? []) if (!one.valid && (await holds(() => read(String(one[field]))))) taken.push(one);
    };
    await refuse("checkpoint_bodies", "checkpoint_body", parseCheckpoint);
    await refuse("vkeys", "vkey", parseVkey);
    await refuse("tlog_proofs_bad", "proof", (text) => parseProof(new TextEncoder().encode(text)));
    expect([(told.vkeys ?? []).length > 3, taken]).toEqual([true, []]);
    expect(await holds(() => parseVkey(String(told.vkeys?.find((one) => one.valid)?.vkey)))).toBe(true);
  });
});
