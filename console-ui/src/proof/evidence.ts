// An evidence file, checked step by step in the browser. Nothing that the server says about it is believed.
//
// The steps are those of the page "The evidence file": unpack the record, check the signature, recompute the
// entry, climb to the root. Each is told with the values it worked on, whether it held or not.
import { fromBase64, same, sha256, toHex } from "./bytes.ts";
import { BadProof, climb, leafHash, type Rung } from "./merkle.ts";
import { BadHandover, vouched, type Trusting } from "./handover.ts";
import type { Checkpoint } from "./note.ts";
import { decoded } from "./text.ts";

export type StepName = "read" | "unpack" | "handover" | "signature" | "entry" | "path" | "root" | "record" | "places" | "since" | "entries" | "compare" | "consistency";

export interface Step {
  name: StepName;
  holds: boolean;
  /** The values worked on, or why the step failed. */
  facts: Record<string, string>;
}

export interface RecordLine {
  account: string;
  seq: number;
  received: string;
  source: string;
  format: string;
  masked: string[];
  event: unknown;
}

export interface Verdict {
  holds: boolean;
  steps: Step[];
  rungs: Rung[];
  checkpoint?: Checkpoint;
  index?: number;
  entry?: string;
  record?: RecordLine;
  line?: string;
  /** Of the evidence of two checkpoints: the sizes. */
  grown?: { old: number; now: number };
  /** Of a receipt: how many events it promises, how many of them were looked at, and whether beside what was sent. */
  receipt?: { events: number; looked: number; compared: boolean };
}

export interface Proof {
  index: number;
  hashes: Uint8Array[];
  checkpoint: string;
  extra: Uint8Array | null;
}

const HEADER = "c2sp.org/tlog-proof@v1";
const FILE_BYTES_MAX = 32 * 1024 * 1024;
const LINE_BYTES_MAX = 20 * 1024 * 1024;
const HASHES_MAX = 64;
const CHECKPOINT_MAX = 1024 * 1024;

/** The parts of an evidence file, nothing verified. Throws `BadProof`. */
export function parseProof(file: Uint8Array): Proof {
  if (file.length > FILE_BYTES_MAX) throw new BadProof("the file is larger than evidence may be");
  const text = decoded(file);
  const at = text.indexOf("\n\n");
  if (at < 0) throw new BadProof("not an evidence file: there is no checkpoint behind an empty line");
  if (text.slice(at + 2).length > CHECKPOINT_MAX) throw new BadProof("the checkpoint in the file is larger than one may be");
  const lines = text.slice(0, at).split("\n");
  if (lines.shift() !== HEADER) throw new BadProof(`not an evidence file: its first line is not ${HEADER}`);
  let extra: Uint8Array | null = null;
  if (lines[0]?.startsWith("extra ")) {
    extra = fromBase64((lines.shift() ?? "").slice(6));
    if (!extra) throw new BadProof("line 2 (extra) is not base64");
  }
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "");
  if (!index) throw new BadProof("the line with the index of the entry is missing");
  if (lines.length > HASHES_MAX) throw new BadProof("the proof has more hashes than any tree needs");
  const hashes = lines.map((line, number) => {
    const hash = fromBase64(line);
    if (!hash || hash.length !== 32) throw new BadProof(`hash ${number} of the proof is not 32 bytes in base64`);
    return hash;
  });
  return { index: Number(index[1]), hashes, checkpoint: text.slice(at + 2), extra };
}

/** The bytes that `packed` was made from; never more than a record's line may have. */
export async function unpack(packed: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LINE_BYTES_MAX) {
      await reader.cancel();
      throw new BadProof("the record in the file is larger than a record may be");
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** What `file` shows to one who trusts `trusting`. Never throws: a step that fails is the last one told. */
export async function verifyEvidence(file: Uint8Array, trusting: Trusting): Promise<Verdict> {
  const verdict: Verdict = { holds: false, steps: [], rungs: [] };
  const step = async (name: StepName, work: () => Promise<Record<string, string>>): Promise<boolean> => {
    try {
      const facts = await work();
      verdict.steps.push({ name, holds: true, facts });
      return true;
    } catch (error) {
      verdict.steps.push(failed(name, error));
      return false;
    }
  };
  let proof: Proof | undefined;
  let line = new Uint8Array();
  let entry = new Uint8Array();
  let leaf = new Uint8Array();
  let top: Uint8Array = new Uint8Array();

  const steps: [StepName, () => Promise<Record<string, string>>][] = [
    [
      "read",
      async () => {
        proof = parseProof(file);
        verdict.index = proof.index;
        return { bytes: String(file.length), index: String(proof.index), hashes: String(proof.hashes.length) };
      },
    ],
    [
      "unpack",
      async () => {
        if (!proof?.extra) throw new BadProof("the record is not in the file: it has no extra line");
        try {
          line = (await unpack(proof.extra)) as typeof line;
        } catch (error) {
          if (error instanceof BadProof) throw error;
          throw new BadProof("the record in the file is not compressed as it should be: the file was altered");
        }
        verdict.line = new TextDecoder().decode(line);
        return { packed: String(proof.extra.length), bytes: String(line.length) };
      },
    ],
    [
      "signature",
      async () => {
        const { checkpoint, by, way } = await vouched(proof?.checkpoint ?? "", trusting);
        verdict.steps.push(...way);
        verdict.checkpoint = checkpoint;
        return { origin: checkpoint.origin, size: String(checkpoint.size), root: toHex(checkpoint.root), key: by };
      },
    ],
    [
      "entry",
      async () => {
        entry = (await sha256(line)) as typeof entry;
        leaf = (await leafHash(entry)) as typeof leaf;
        verdict.entry = toHex(entry);
        return { entry: toHex(entry), leaf: toHex(leaf) };
      },
    ],
    [
      "path",
      async () => {
        const { size } = verdict.checkpoint as Checkpoint;
        verdict.rungs = await climb((proof as Proof).index, size, leaf, (proof as Proof).hashes);
        top = verdict.rungs.at(-1)?.node ?? leaf;
        return { from: toHex(leaf), to: toHex(top), steps: String(verdict.rungs.length) };
      },
    ],
    [
      "root",
      async () => {
        const { root } = verdict.checkpoint as Checkpoint;
        if (!same(top, root))
          throw new BadProof(`the way up ends at ${toHex(top)}, and the signed root is ${toHex(root)}: the record was altered`);
        return { root: toHex(root) };
      },
    ],
    [
      "record",
      async () => {
        verdict.record = parseRecord(line);
        const { account, seq, received, source } = verdict.record;
        return { account, seq: String(seq), received, source };
      },
    ],
  ];
  for (const [name, work] of steps) if (!(await step(name, work))) return verdict;
  verdict.holds = true;
  return verdict;
}

/** The record that `line` is; throws `BadProof`. */
export function parseRecord(line: Uint8Array): RecordLine {
  let whole: Partial<RecordLine>;
  try {
    whole = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line)) as Partial<RecordLine>;
  } catch {
    throw new BadProof("the log holds this entry, but it is no JSON");
  }
  if (typeof whole.account !== "string" || typeof whole.seq !== "number" || whole.event === undefined)
    throw new BadProof("the log holds this entry, but it is not the record of an event");
  return {
    account: whole.account,
    seq: whole.seq,
    received: String(whole.received ?? ""),
    source: String(whole.source ?? ""),
    format: String(whole.format ?? ""),
    masked: Array.isArray(whole.masked) ? whole.masked.map(String) : [],
    event: whole.event,
  };
}

/** The step `name` that came to an end, and why; a hand-over that is bad is a step of its own. */
export function failed(name: StepName, error: unknown): Step {
  const problem = error instanceof Error ? error.message : String(error);
  return error instanceof BadHandover ? { name: "handover", holds: false, facts: { ...error.facts, problem } } : { name, holds: false, facts: { problem } };
}
