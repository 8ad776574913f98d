// What a pack is made of, fetched from the service and verified before it goes in. Nothing that is missing is passed over.
import { verifyEvidence } from "../proof/evidence.ts";
import type { Trusting } from "../proof/handover.ts";
import { Failure, send, service } from "../service/client.ts";
import type { Found } from "../service/types.ts";
import { rawAt } from "./rawvalue.ts";
import type { Left, Ready } from "./types.ts";

const AT_ONCE = 4;

export interface Gathered {
  ready: Ready[];
  left: Left[];
}

/** Every one of `ids`, ready or left, in their order. `known` keeps what was fetched, for a next try. */
export async function gather(ids: readonly string[], trusting: Trusting, known: Map<string, Ready>, beside: { signal: AbortSignal; progress: (done: number) => void }): Promise<Gathered> {
  const found: (Ready | Left)[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = await Promise.all(ids.slice(at, at + AT_ONCE).map(async (id) => known.get(id) ?? one(id, trusting, beside.signal)));
    for (const each of some) {
      found.push(each);
      if (isReady(each)) known.set(each.id, each);
    }
    beside.signal.throwIfAborted();
    beside.progress(found.length);
  }
  return { ready: found.filter(isReady), left: found.filter((each): each is Left => !isReady(each)) };
}

const isReady = (one: Ready | Left): one is Ready => "evidence" in one;

async function one(id: string, trusting: Trusting, signal: AbortSignal): Promise<Ready | Left> {
  const event = await ifThere(() => send("GET", `/v1/events/${encodeURIComponent(id)}`, undefined, signal).then((response) => response.text()));
  if (event === undefined) return { id, reason: "gone", problem: "" };
  const evidence = await ifThere(() => service.proof(id, signal));
  if (evidence === undefined) return { id, reason: "unproved", problem: "" };
  const verdict = await verifyEvidence(evidence, trusting);
  if (!verdict.holds) return { id, reason: "false", problem: verdict.steps.findLast((step) => !step.holds)?.facts.problem ?? "" };
  const { event: found } = JSON.parse(event) as { event: Found };
  if (verdict.index !== found.index) return { id, reason: "other", problem: "" };
  return { id, index: found.index, received: found.received, event: found.event, line: oneLine(rawAt(event, "event", "event") ?? ""), evidence };
}

const oneLine = (json: string): string => json.replace(/[\r\n]+/g, ""); // they stand only between tokens

async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return undefined;
    throw error;
  }
}
