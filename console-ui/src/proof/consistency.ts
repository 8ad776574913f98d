// Whether the log that is shown now begins with the one that was shown before: the browser remembers, and checks.
//
// Where the log's key was handed over in between, each hand-over is a stop on the way: the log of the last visit leads to the log of
// the hand-over, that to the next, and the last to the log of now.
import { fromBase64, same, toHex } from "./bytes.ts";
import { failed, type Step } from "./evidence.ts";
import { BadHandover, inOrder, nameOf, tenures, told, vouched, type Handover, type Trusting } from "./handover.ts";
import { BadProof, verifyConsistency } from "./merkle.ts";
import { BadNote, parseVkey, type Checkpoint } from "./note.ts";

export interface Visit {
  /** The signed checkpoint as it was shown. */
  note: string;
  vkey: string;
  at: string;
}

/** What the service shows of its log now. */
export interface Shown {
  note: string;
  vkey: string;
}

interface Told {
  /** What was checked, one by one. */
  steps: Step[];
}

export type Outcome = Told &
  (
    | { kind: "first"; now: Checkpoint }
    | { kind: "same" | "grown"; now: Checkpoint; then: Checkpoint; since: string }
    | { kind: "broken"; why: string; since: string }
  );

export type Ask = (oldSize: number, newSize?: number) => Promise<{ hashes: string[]; checkpoint?: string }>;

/** Compare the log of now with the one of the last visit, for one who trusts `trusting`. Never throws for what the server said. */
export async function compare(visit: Visit | null, shown: Shown, trusting: Trusting, ask: Ask): Promise<Outcome> {
  const steps: Step[] = [];
  const since = visit?.at ?? "";
  let at: Step["name"] = "signature";
  try {
    const handovers = await led(trusting, shown.vkey);
    const keys = handovers[0] ? [handovers[0].old, ...handovers.map((one) => one.new)] : [];
    if (visit && visit.vkey !== shown.vkey && !keys.includes(visit.vkey))
      throw new BadHandover("no hand-over leads from the key of the last visit to the one that is shown", { old: visit.vkey, new: shown.vkey });
    const from = [trusting.vkey, visit?.vkey ?? trusting.vkey].map((vkey) => keys.indexOf(vkey)).filter((place) => place >= 0);
    const between = from.length > 0 ? handovers.slice(Math.min(...from)) : [];
    const whole: Trusting = { vkey: shown.vkey, handovers: trusting.handovers };
    steps.push(...between.map((one) => told(one, handovers.indexOf(one) + 1)));
    const now = (await vouched(shown.note, whole)).checkpoint;
    steps.push({ name: "signature", holds: true, facts: { origin: now.origin, size: String(now.size), root: toHex(now.root), key: shown.vkey } });
    if (!visit) return { kind: "first", now, steps };
    const then = (await vouched(visit.note, whole)).checkpoint;
    at = "consistency";
    const latest = await stops(then, between, now, whole, ask, steps);
    return { kind: latest.size === then.size ? "same" : "grown", now: latest, then, since, steps };
  } catch (error) {
    if (!(error instanceof BadProof || error instanceof BadNote || error instanceof BadHandover)) throw error;
    return { kind: "broken", why: error.message, since, steps: [...steps, failed(at, error)] };
  }
}

/** The hand-overs, once it is seen that they lead from the trusted key to the one that is shown; throws `BadHandover`. */
export async function led(trusting: Trusting, shown: string): Promise<Handover[]> {
  const handovers = await inOrder(trusting.handovers);
  const facts = { old: trusting.vkey, new: shown };
  const last = handovers.at(-1);
  if (last && last.new !== shown) throw new BadHandover(`the hand-overs lead to the key ${nameOf(last.new)}, and the service shows ${nameOf(shown)}: one is missing`, facts);
  if (last && last.origin !== (await parseVkey(trusting.vkey)).name) throw new BadHandover(`a hand-over of another log: ${last.origin}`, facts);
  if (trusting.vkey !== shown && tenures(trusting.vkey, handovers).length === 1)
    throw new BadHandover("the service shows another key than this browser trusts, and no hand-over leads from one to the other", facts);
  return handovers;
}

/** From the log of then by those of the hand-overs to that of now, or to the one that it has become meanwhile. */
async function stops(then: Checkpoint, handovers: readonly Handover[], now: Checkpoint, trusting: Trusting, ask: Ask, steps: Step[]): Promise<Checkpoint> {
  let [size, root] = [then.size, then.root];
  for (const one of handovers.filter((each) => each.size >= then.size)) {
    await leads(size, root, one.size, one.root, one.size === size ? [] : (await ask(size, one.size)).hashes, steps);
    [size, root] = [one.size, one.root];
  }
  if (size === now.size && same(root, now.root)) return now;
  const answer = await ask(size);
  // The log may have grown since `now` was read: the proof leads to the checkpoint that came with it.
  const latest = answer.checkpoint ? (await vouched(answer.checkpoint, trusting)).checkpoint : now;
  await leads(size, root, latest.size, latest.root, answer.hashes, steps);
  return latest;
}

async function leads(oldSize: number, oldRoot: Uint8Array, newSize: number, newRoot: Uint8Array, hashes: readonly string[], steps: Step[]): Promise<void> {
  await verifyConsistency(oldSize, newSize, oldRoot, newRoot, hashesOf(hashes));
  steps.push({ name: "consistency", holds: true, facts: { old: `${oldSize} ${toHex(oldRoot)}`, new: `${newSize} ${toHex(newRoot)}` } });
}

/** The hashes of a proof as they are answered; throws `BadProof`. */
export function hashesOf(texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => {
    const hash = fromBase64(text);
    if (!hash) throw new BadProof("a hash of the proof is not base64");
    return hash;
  });
}
