// The hand-over of a log's key to the next one, signed by both, and who may speak for a log to one who trusts one key.
//
// A log shows its hand-overs in one list, oldest first. One that is forged, missing in between or out of order spoils the whole
// list. A key speaks for the sizes that the log had while it signed: nothing that an old key signed later counts.
import { fromBase64, toHex } from "./bytes.ts";
import type { Step } from "./evidence.ts";
import { BadNote, openBy, parseCheckpoint, parseNote, parseVkey, type Checkpoint } from "./note.ts";

const HEADER = "actiontrail hand-over v1";
const TEXT = /^actiontrail hand-over v1\norigin (.+)\nsize (0|[1-9][0-9]{0,15})\nroot ([A-Za-z0-9+/]{43}=)\nold (.+)\nnew (.+)\n$/;

/** A hand-over does not show what it should. `facts` tell of which one, as far as it could be read. */
export class BadHandover extends Error {
  constructor(message: string, readonly facts: Record<string, string> = {}) {
    super(message);
  }
}

export interface Handover {
  origin: string;
  /** Of the log at that moment. */
  size: number;
  root: Uint8Array;
  old: string;
  new: string;
}

/** Whom somebody trusts, and the hand-overs that the log shows. */
export interface Trusting {
  vkey: string;
  handovers: readonly string[];
}

/** A key, and for which sizes its word counts, both ends in; `until` null as long as it signs. */
export interface Tenure {
  vkey: string;
  since: number;
  until: number | null;
}

export interface Vouched {
  checkpoint: Checkpoint;
  /** The key that signed. */
  by: string;
  /** The hand-overs between the trusted key and the one that signed, in words. */
  way: Step[];
}

/** To trust `vkey` where the log of the key `shown` shows `handovers`: they count only for a key of the same log. */
export async function trusting(vkey: string, shown: string, handovers: readonly string[]): Promise<Trusting> {
  const own = (await parseVkey(vkey)).name === (await parseVkey(shown)).name;
  return { vkey: vkey.trim(), handovers: own ? handovers : [] };
}

/** The hand-over in `note`, signed by both keys that it names; throws `BadHandover`. Whether the old one deserves trust is not asked. */
export async function verifyHandover(note: string): Promise<Handover> {
  let facts: Record<string, string> = {};
  try {
    const found = TEXT.exec(parseNote(note).text);
    const root = found && fromBase64(found[3] ?? "");
    if (!found || !root || root.length !== 32) throw new BadHandover(`not a hand-over note: it has six lines, the first is ${HEADER}`);
    const [, origin = "", size = "", , old = "", fresh = ""] = found;
    facts = { old, new: fresh, size };
    const { by } = await openBy(note, [await parseVkey(old), await parseVkey(fresh)]);
    if (old === fresh || by.length !== 2) throw new BadHandover("a hand-over is signed by two keys, the old one and the new one");
    return { origin, size: Number(size), root, old, new: fresh };
  } catch (error) {
    if (error instanceof BadHandover || error instanceof BadNote) throw new BadHandover(error.message, facts);
    throw error;
  }
}

/** The hand-overs of a list as far as they are good, and what is wrong with the first that is not. */
interface Judged {
  good: readonly Handover[];
  bad: BadHandover | null;
}

let judged: { text: string; of: Promise<Judged> } | null = null;

/**
 * The hand-overs of one list, oldest first, each by the key that the one before led to; throws `BadHandover`, with those before it in `found`.
 * A list is verified once, however many checkpoints are then read by it; another list, or one with another word in it, is verified anew.
 */
export async function inOrder(notes: readonly string[], found: Handover[] = []): Promise<Handover[]> {
  const text = JSON.stringify(notes);
  if (judged?.text !== text) judged = { text, of: judge(notes) };
  const { good, bad } = await judged.of;
  found.push(...good);
  if (bad) throw bad;
  return found;
}

async function judge(notes: readonly string[]): Promise<Judged> {
  const good: Handover[] = [];
  try {
    for (const [at, note] of notes.entries()) good.push(await next(note, String(at + 1), good));
  } catch (error) {
    if (error instanceof BadHandover) return { good, bad: error };
    judged = null;
    throw error;
  }
  return { good, bad: null };
}

/** The hand-over in `note`, the next one behind `found`. */
async function next(note: string, number: string, found: readonly Handover[]): Promise<Handover> {
  let step: Handover;
  try {
    step = await verifyHandover(note);
  } catch (error) {
    if (error instanceof BadHandover) throw new BadHandover(`hand-over ${number}: ${error.message}`, { number, ...error.facts });
    throw error;
  }
  const before = found.at(-1);
  const facts = { number, old: step.old, new: step.new, size: String(step.size) };
  if (before && (step.old !== before.new || step.origin !== before.origin))
    throw new BadHandover(`hand-over ${number} is by the key ${nameOf(step.old)}, and the one before led to ${nameOf(before.new)}: one is missing, or they are out of order`, facts);
  if (before && step.size < before.size) throw new BadHandover(`hand-over ${number} is of a shorter log than the one before`, facts);
  if (found.some((one) => one.old === step.new)) throw new BadHandover("the hand-overs lead back to an earlier key", facts);
  return step;
}

/** The keys that `handovers`, which are in order, join to `vkey`, from the first to the last. */
export function tenures(vkey: string, handovers: readonly Handover[]): Tenure[] {
  const keys = handovers.length > 0 ? [handovers[0]?.old ?? "", ...handovers.map((one) => one.new)] : [];
  if (!keys.includes(vkey)) return [{ vkey, since: 0, until: null }];
  return keys.map((key, at) => ({ vkey: key, since: handovers[at - 1]?.size ?? 0, until: handovers[at]?.size ?? null }));
}

/** A key as people compare it: name and id. */
export const nameOf = (vkey: string): string => vkey.split("+", 2).join("+");

/** A hand-over that held, as a step that was taken. */
export function told(one: Handover, number: number): Step {
  return { name: "handover", holds: true, facts: { number: String(number), old: one.old, new: one.new, size: String(one.size), root: toHex(one.root) } };
}

/** The checkpoint in `note`, which may be believed by one who trusts `trusting`; throws `BadNote` or `BadHandover`. */
export async function vouched(note: string, trusting: Trusting): Promise<Vouched> {
  const trusted = await parseVkey(trusting.vkey);
  const handovers = await inOrder(trusting.handovers);
  if (handovers[0] && handovers[0].origin !== trusted.name) throw new BadHandover(`a hand-over of another log: ${handovers[0].origin}, not ${trusted.name}`);
  const all = tenures(trusted.vkey, handovers);
  const { text, by } = await openBy(note, await Promise.all(all.map((one) => parseVkey(one.vkey))));
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== trusted.name) throw new BadNote(`the checkpoint is of the log ${checkpoint.origin}, and the key of ${trusted.name}`);
  const signers = all.filter((one) => by.some((verifier) => verifier.vkey === one.vkey));
  const good = signers.find((one) => one.since <= checkpoint.size && (one.until === null || checkpoint.size <= one.until));
  if (!good) throw outOfTime(signers[0] as Tenure, checkpoint.size);
  const at = (vkey: string): number => all.findIndex((one) => one.vkey === vkey);
  const [from, to] = [at(trusted.vkey), at(good.vkey)].toSorted((one, other) => one - other) as [number, number];
  return { checkpoint, by: good.vkey, way: handovers.slice(from, to).map((one, number) => told(one, from + number + 1)) };
}

function outOfTime(signer: Tenure, size: number): BadHandover {
  const facts = { key: signer.vkey, size: String(size), since: String(signer.since), until: String(signer.until ?? "") };
  return size < signer.since
    ? new BadHandover(`a checkpoint of ${size} entries, signed by ${nameOf(signer.vkey)}, to which the log was handed over with ${signer.since}`, facts)
    : new BadHandover(`a checkpoint of ${size} entries, signed by ${nameOf(signer.vkey)} after it had handed the log over with ${signer.until}: whoever signed this should not have had the key any more`, facts);
}
