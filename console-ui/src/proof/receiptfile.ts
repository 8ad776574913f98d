// The receipt that a sender got (the answer to `POST /v1/events`), checked against the log of today, step by step.
//
// It promises: these events stand at these places, in the log that this checkpoint signs. What is asked of the service for
// that is evidence, and each piece of it is verified here.
import { toHex } from "./bytes.ts";
import { hashesOf } from "./consistency.ts";
import { failed, verifyEvidence, type Step, type StepName, type Verdict } from "./evidence.ts";
import { vouched, type Trusting } from "./handover.ts";
import { BadProof, verifyConsistency } from "./merkle.ts";
import type { Checkpoint } from "./note.ts";

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

/** What is asked while a receipt is checked; nothing of it is believed. */
export interface Ask {
  evidence: (eventId: string) => Promise<Uint8Array>;
  consistency: (oldSize: number) => Promise<{ hashes: string[]; checkpoint?: string }>;
}

/** An event whose place is promised: by its id, and as it was sent if that is known. */
interface Promised {
  id: string;
  index: number;
  sent?: unknown;
}

export const LOOKED_AT_MAX = 50;

/** Whether these bytes are a receipt, as far as can be told without reading it whole. */
export function isReceipt(file: Uint8Array): boolean {
  return file[0] === 0x7b && /"places"\s*:/.test(new TextDecoder().decode(file));
}

/** What the receipt `file` shows to one who trusts `trusting`; with `sent`, the body that it answers, event by event. */
export async function verifyReceipt(file: Uint8Array, trusting: Trusting, ask: Ask, sent?: Uint8Array): Promise<Verdict> {
  const verdict: Verdict = { holds: false, steps: [], rungs: [] };
  let receipt: Receipt | undefined;
  let then: Checkpoint | undefined;
  const steps: [StepName, () => Promise<Step["facts"]>][] = [
    ["read", async () => {
      receipt = parse(file);
      return { bytes: String(file.length), accepted: String(receipt.accepted), repeated: String(receipt.repeated), refused: String(receipt.refused) };
    }],
    ["signature", async () => {
      const { checkpoint, by, way } = await vouched((receipt as Receipt).checkpoint, trusting);
      verdict.steps.push(...way);
      then = checkpoint;
      verdict.checkpoint = then;
      return { origin: then.origin, size: String(then.size), root: toHex(then.root), key: by };
    }],
    ["places", async () => places(receipt as Receipt, then as Checkpoint)],
    ["since", async () => since(then as Checkpoint, trusting, ask)],
    ["entries", async () => {
      const promised = known(receipt as Receipt, sent);
      for (const one of promised.slice(0, LOOKED_AT_MAX)) await stands(one, trusting, ask);
      verdict.receipt = { events: total(receipt as Receipt), looked: Math.min(promised.length, LOOKED_AT_MAX), compared: sent !== undefined };
      return { events: String(verdict.receipt.events), looked: String(verdict.receipt.looked), compared: sent ? "yes" : "no" };
    }],
  ];
  for (const [name, work] of steps) {
    try {
      const facts = await work();
      verdict.steps.push({ name, holds: true, facts });
    } catch (error) {
      verdict.steps.push(failed(name, error));
      return verdict;
    }
  }
  verdict.holds = true;
  return verdict;
}

const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const total = (receipt: Receipt): number => receipt.places.reduce((sum, run) => sum + run.count, 0);

function parse(file: Uint8Array): Receipt {
  let said: Partial<Receipt>;
  try {
    said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file)) as Partial<Receipt>;
  } catch {
    throw new BadProof("the file is no JSON");
  }
  const runs = said.places;
  if (typeof said.checkpoint !== "string" || !Array.isArray(runs) || ![said.accepted, said.repeated, said.refused].every(whole))
    throw new BadProof("not a receipt: accepted, repeated, refused, places and checkpoint are wanted");
  if (!runs.every((run) => whole(run.index) && whole(run.item) && whole(run.count) && run.count > 0)) throw new BadProof("a place in the receipt is none");
  return { ...(said as Receipt), results: Array.isArray(said.results) ? said.results : [] };
}

/** Every promised place is in the log that was signed, and there are as many as were acknowledged. */
function places(receipt: Receipt, then: Checkpoint): Step["facts"] {
  const count = { fresh: 0, repeated: 0 };
  for (const run of receipt.places) {
    if (run.index + run.count > then.size) throw new BadProof(`place ${run.index + run.count - 1} is promised, and the signed log has ${then.size} entries`);
    count[run.repeated ? "repeated" : "fresh"] += run.count;
  }
  if (count.fresh !== receipt.accepted || count.repeated !== receipt.repeated)
    throw new BadProof(`${receipt.accepted} accepted and ${receipt.repeated} repeated are acknowledged, and there are places for ${count.fresh} and ${count.repeated}`);
  return { places: receipt.places.map((run) => (run.count === 1 ? String(run.index) : `${run.index}–${run.index + run.count - 1}`)).slice(0, 20).join(", ") };
}

/** The log of today begins with the log of the receipt. */
async function since(then: Checkpoint, trusting: Trusting, ask: Ask): Promise<Step["facts"]> {
  const answer = await ask.consistency(then.size);
  if (!answer.checkpoint) throw new BadProof("the service did not say which log it has now");
  const now = (await vouched(answer.checkpoint, trusting)).checkpoint;
  await verifyConsistency(then.size, now.size, then.root, now.root, hashesOf(answer.hashes));
  return { then: String(then.size), now: String(now.size), root: toHex(now.root) };
}

/** The events that can be looked for: those whose ids the receipt tells, and those of the body that was sent. */
function known(receipt: Receipt, sent?: Uint8Array): Promised[] {
  const at = (item: number): number | undefined => {
    const run = receipt.places.find((one) => one.item <= item && item < one.item + one.count);
    return run && run.index + item - run.item;
  };
  const found = new Map<number, Promised>();
  for (const one of receipt.results) {
    const index = at(one.item);
    if (one.status === "refused" || !one.eventId) continue;
    if (index === undefined || index !== one.index) throw new BadProof(`event ${one.item} has two places in the receipt`);
    found.set(one.item, { id: one.eventId, index });
  }
  if (!sent) return [...found.values()];
  for (const [number, event] of eventsOf(sent).entries()) {
    const index = at(number + 1);
    const id = found.get(number + 1)?.id ?? (event as { eventId?: unknown } | null)?.eventId;
    if (index !== undefined && typeof id === "string") found.set(number + 1, { id, index, sent: event });
  }
  if (found.size === 0) throw new BadProof("no event of the file that was sent has a place in this receipt: it answers another file");
  return [...found.values()];
}

/** The events of a body: a list, one, or one on each line. */
export function eventsOf(body: Uint8Array): unknown[] {
  const text = new TextDecoder().decode(body);
  try {
    const all = JSON.parse(text) as unknown;
    return Array.isArray(all) ? all : [all];
  } catch {
    return text.split("\n").filter((line) => line.trim()).map((line) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        return null; // refused when it was sent
      }
    });
  }
}

/** The log holds the event, at its place and as it was sent. */
async function stands(one: Promised, trusting: Trusting, ask: Ask): Promise<void> {
  const shown = await verifyEvidence(await ask.evidence(one.id), trusting);
  const failed = shown.steps.find((step) => !step.holds);
  if (failed) throw new BadProof(`event ${one.id}: ${failed.facts.problem ?? failed.name}`);
  if (shown.index !== one.index) throw new BadProof(`event ${one.id} was promised to be entry ${one.index}, and is entry ${shown.index}`);
  if (one.sent !== undefined && !equal(one.sent, shown.record?.event, (shown.record?.masked.length ?? 0) > 0))
    throw new BadProof(`event ${one.id} was recorded with other content than was sent`);
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
