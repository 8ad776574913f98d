// The receipt that a sender got (the answer to `POST /v1/events`), checked against the log, step by step.
//
// It promises: these events stand at these places, in the log that this checkpoint signs. The service is asked for the records at
// these places, a few hundred at a time, and for what shows that the log of the receipt holds them; every hash of that is computed here.
import { fromBase64, sha256, toHex } from "./bytes.ts";
import { hashesOf } from "./consistency.ts";
import { failed, parseRecord, type RecordLine, type Step, type StepName, type Verdict } from "./evidence.ts";
import { vouched, type Trusting } from "./handover.ts";
import { BadProof, leafHash, verifyConsistency, verifyRun } from "./merkle.ts";
import type { Checkpoint } from "./note.ts";
import { decoded, eventsOf, json } from "./text.ts";

interface Run {
  item: number;
  index: number;
  count: number;
  repeated?: boolean;
}

interface Result {
  item: number;
  status: string;
  eventId?: string;
  index?: number;
}

interface Receipt {
  accepted: number;
  repeated: number;
  refused: number;
  places: Run[];
  checkpoint: string;
  results: Result[];
}

/** Records that follow one another from `index` on, and the hashes beside them, both in base64. */
export interface Proved {
  index: number;
  records: string[];
  hashes: string[];
}

/** What is asked while a receipt is checked; nothing of it is believed. */
export interface Ask {
  run: (index: number, count: number, size: number) => Promise<Proved>;
  consistency: (oldSize: number) => Promise<{ hashes: string[]; checkpoint?: string }>;
}

export interface Beside {
  /** The body that the receipt answers. */
  sent?: Uint8Array;
  /** Told after each slice of the work: how many places were looked at, of how many. */
  progress?: (done: number, all: number) => void;
  signal?: AbortSignal;
}

const RUN_MAX = 250;
const FIELDS = new Set(["RequestId", "accepted", "repeated", "refused", "places", "checkpoint", "results", "unlisted"]);
const RUN_FIELDS = new Set(["item", "index", "count", "repeated"]);

/** Whether these bytes are a receipt rather than another piece of evidence, as far as a look can tell. */
export function isReceipt(file: Uint8Array): boolean {
  const text = new TextDecoder().decode(file.subarray(0, 1 << 20)).trimStart();
  return text.startsWith("{") && text.includes('"places"') && !text.slice(0, 200).includes('"kind"');
}

/** What the receipt `file` shows to one who trusts `trusting`. Never throws but for a service that does not answer, and when it is cancelled. */
export async function verifyReceipt(file: Uint8Array, trusting: Trusting, ask: Ask, beside: Beside = {}): Promise<Verdict> {
  const verdict: Verdict = { holds: false, steps: [], rungs: [] };
  let receipt!: Receipt;
  let then!: Checkpoint;
  let differs = "";
  let compared = 0;
  const steps: [StepName, () => Promise<Step["facts"]>][] = [
    ["read", async () => {
      receipt = parse(file);
      return { bytes: String(file.length), accepted: String(receipt.accepted), repeated: String(receipt.repeated), refused: String(receipt.refused) };
    }],
    ["signature", async () => {
      const { checkpoint, by, way } = await vouched(receipt.checkpoint, trusting);
      verdict.steps.push(...way);
      then = verdict.checkpoint = checkpoint;
      return { origin: then.origin, size: String(then.size), root: toHex(then.root), key: by };
    }],
    ["places", async () => places(receipt, then)],
    ["since", async () => since(then, trusting, ask)],
    ["entries", async () => {
      const sent = beside.sent && comparing(receipt, beside.sent);
      const looked = await entries(receipt, then, ask, beside, (index, record) => {
        const problem = sent?.(index, record);
        if (problem !== undefined) compared += 1;
        differs ||= problem ?? "";
      });
      verdict.receipt = { events: receipt.accepted + receipt.repeated, looked, compared: beside.sent !== undefined };
      return { events: String(verdict.receipt.events), looked: String(looked) };
    }],
    ...(beside.sent ? [["compare", async () => {
      many(receipt, beside.sent as Uint8Array);
      if (differs) throw new BadProof(differs);
      return { compared: String(compared) };
    }] as [StepName, () => Promise<Step["facts"]>]] : []),
  ];
  for (const [name, work] of steps) {
    try {
      const facts = await work();
      verdict.steps.push({ name, holds: true, facts });
    } catch (error) {
      if (!(error instanceof Error) || error.name === "AbortError" || error.name === "Failure") throw error;
      verdict.steps.push(failed(name, error));
      return verdict;
    }
  }
  verdict.holds = true;
  return verdict;
}

const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parse(file: Uint8Array): Receipt {
  const said = json(decoded(file)) as Partial<Receipt> | null;
  if (typeof said !== "object" || said === null || Array.isArray(said)) throw new BadProof("not a receipt: it is no JSON object");
  const strange = Object.keys(said).find((name) => !FIELDS.has(name));
  if (strange !== undefined) throw new BadProof(`not a receipt: it has no field ${strange.slice(0, 60)}`);
  for (const name of ["accepted", "repeated", "refused"] as const) if (!whole(said[name])) throw new BadProof(`not a receipt: ${name} is no count`);
  if (typeof said.checkpoint !== "string") throw new BadProof("not a receipt: checkpoint is no text");
  if (!Array.isArray(said.places)) throw new BadProof("not a receipt: places is no list");
  if (!Array.isArray(said.results)) throw new BadProof("not a receipt: results is no list");
  const at = said.places.findIndex((run: unknown) => !isRun(run));
  if (at >= 0) throw new BadProof(`place ${at + 1} of the receipt is none: item, index and count are wanted`);
  const bad = said.results.findIndex((one: unknown) => !isResult(one));
  if (bad >= 0) throw new BadProof(`result ${bad + 1} of the receipt is none: item and status are wanted`);
  return said as Receipt;
}

function isRun(run: unknown): run is Run {
  if (typeof run !== "object" || run === null || !Object.keys(run).every((name) => RUN_FIELDS.has(name))) return false;
  const { item, index, count, repeated } = run as Run;
  return whole(item) && item > 0 && whole(index) && whole(count) && count > 0 && (repeated === undefined || typeof repeated === "boolean");
}

function isResult(one: unknown): one is Result {
  if (typeof one !== "object" || one === null) return false;
  const { item, status, eventId, index } = one as Result;
  return whole(item) && item > 0 && typeof status === "string" && (eventId === undefined || typeof eventId === "string") && (index === undefined || whole(index));
}

/** Where the event of the number `item` stands, or undefined. */
function placeOf(receipt: Receipt): (item: number) => { index: number; repeated: boolean } | undefined {
  const runs = receipt.places;
  return (item) => {
    let [low, high] = [0, runs.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const run = runs[middle] as Run;
      if (item < run.item) high = middle - 1;
      else if (item >= run.item + run.count) low = middle + 1;
      else return { index: run.index + item - run.item, repeated: run.repeated === true };
    }
    return undefined;
  };
}

/** Every promised place is in the log that was signed, no event has two, and there are as many as were acknowledged. */
function places(receipt: Receipt, then: Checkpoint): Step["facts"] {
  let [fresh, repeated, item] = [0, 0, 0];
  for (const run of receipt.places) {
    if (run.item <= item) throw new BadProof(`event ${run.item} has two places, or they are out of order`);
    item = run.item + run.count - 1;
    const last = run.index + run.count - 1;
    if (last >= then.size) throw new BadProof(`place ${last} is promised, and the signed log has ${then.size} entries`);
    if (run.repeated) repeated += run.count;
    else fresh += run.count;
  }
  if (fresh !== receipt.accepted || repeated !== receipt.repeated)
    throw new BadProof(`${receipt.accepted} accepted and ${receipt.repeated} repeated are acknowledged, and there are places for ${fresh} and ${repeated}`);
  const at = placeOf(receipt);
  for (const one of receipt.results) {
    const place = at(one.item);
    if (one.index !== undefined && place?.index !== one.index) throw new BadProof(`event ${one.item} has two places in the receipt`);
    if ((one.status === "refused") === (place !== undefined)) throw new BadProof(`event ${one.item} is called ${one.status.slice(0, 20)}, against its place`);
  }
  const told = receipt.places.slice(0, 20).map((run) => (run.count === 1 ? String(run.index) : `${run.index}–${run.index + run.count - 1}`));
  return { places: told.join(", ") + (receipt.places.length > 20 ? ", …" : "") };
}

/** The log of today begins with the log of the receipt. */
async function since(then: Checkpoint, trusting: Trusting, ask: Ask): Promise<Step["facts"]> {
  const answer = await ask.consistency(then.size);
  if (!answer.checkpoint) throw new BadProof("the service did not say which log it has now");
  const now = (await vouched(answer.checkpoint, trusting)).checkpoint;
  await verifyConsistency(then.size, now.size, then.root, now.root, hashesOf(answer.hashes));
  return { then: String(then.size), now: String(now.size), root: toHex(now.root) };
}

/** The promised places as [start, end), in order, none twice and none longer than `most`. */
export function* stretches(runs: readonly { index: number; count: number }[], most: number): Generator<[number, number]> {
  let done = 0;
  for (const run of runs.toSorted((one, other) => one.index - other.index)) {
    const end = run.index + run.count;
    for (let start = Math.max(run.index, done); start < end; start += most) yield [start, Math.min(end, start + most)];
    done = Math.max(done, end);
  }
}

/** The records at the promised places, each seen to be in the log of the receipt, are given to `take`; how many. */
async function entries(receipt: Receipt, then: Checkpoint, ask: Ask, { progress, signal }: Beside, take: (index: number, record: RecordLine) => void): Promise<number> {
  const all = [...stretches(receipt.places, RUN_MAX)];
  const many = all.reduce((sum, [start, end]) => sum + end - start, 0);
  const promised = idsAt(receipt);
  let looked = 0;
  progress?.(0, many);
  for (const [first, end] of all) {
    for (let start = first; start < end; ) {
      signal?.throwIfAborted();
      const answer = await ask.run(start, end - start, then.size);
      const lines = answer.records.map(bytes);
      if (answer.index !== start || lines.length === 0 || lines.length > end - start) throw new BadProof(`the service showed no record for the place ${start}`);
      const leaves = await Promise.all(lines.map(async (line) => leafHash(await sha256(line))));
      await verifyRun(start, then.size, leaves, answer.hashes.map(bytes), then.root);
      for (const [at, line] of lines.entries()) {
        const record = parseRecord(line);
        const wanted = promised.get(start + at);
        const is = (record.event as { eventId?: unknown } | null)?.eventId;
        if (wanted !== undefined && typeof is === "string" && is !== wanted) throw new BadProof(`place ${start + at} was promised to the event ${wanted.slice(0, 100)}, and holds another`);
        take(start + at, record);
      }
      start += lines.length;
      looked += lines.length;
      progress?.(looked, many);
    }
  }
  return looked;
}

function bytes(text: string): Uint8Array {
  const found = fromBase64(text);
  if (!found) throw new BadProof("a part of the evidence is not base64");
  return found;
}

/** The event ids that the receipt tells, by place. */
function idsAt(receipt: Receipt): Map<number, string> {
  const at = placeOf(receipt);
  const found = new Map<number, string>();
  for (const one of receipt.results) {
    const place = at(one.item);
    if (one.eventId && place) found.set(place.index, one.eventId);
  }
  return found;
}

function many(receipt: Receipt, sent: Uint8Array): void {
  const [held, answered] = [eventsOf(sent).length, receipt.accepted + receipt.repeated + receipt.refused];
  if (held !== answered) throw new BadProof(`the file that was sent holds ${held} events, and the receipt answers ${answered}`);
}

/** Tells of a record at its place how it differs from what was sent; empty if it does not, undefined if nothing is to be compared. */
function comparing(receipt: Receipt, sent: Uint8Array): (index: number, record: RecordLine) => string | undefined {
  const at = placeOf(receipt);
  const by = new Map<number, { line: number; event: unknown }>();
  for (const [number, one] of eventsOf(sent).entries()) {
    const place = at(number + 1);
    if (place && !place.repeated) by.set(place.index, one); // a repeat was sent before, and may be written otherwise
  }
  return (index, record) => {
    const one = by.get(index);
    if (!one) return undefined;
    if (one.event === undefined) return `line ${one.line} of what was sent is no JSON, and has the place ${index}`;
    return equal(one.event, record.event, record.masked.length > 0) ? "" : `line ${one.line} of what was sent was recorded at the place ${index} with other content`;
  };
}

/** Whether two JSON values are the same; where something was masked, `***` may stand in the recorded one. */
export function equal(sent: unknown, recorded: unknown, masked: boolean): boolean {
  if (masked && typeof recorded === "string" && recorded.includes("***")) return true;
  if (typeof sent !== "object" || typeof recorded !== "object" || sent === null || recorded === null) return sent === recorded;
  if (Array.isArray(sent) !== Array.isArray(recorded)) return false;
  const [one, other] = [sent as Record<string, unknown>, recorded as Record<string, unknown>];
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && equal(one[name], other[name], masked));
}
