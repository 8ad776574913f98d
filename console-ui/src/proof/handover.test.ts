// A log whose key was handed over, for one who came before that, and for one who came after; and what must not lead anybody astray.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { compare, type Ask, type Outcome, type Visit } from "./consistency.ts";
import { verifyEvidence } from "./evidence.ts";
import { vouched } from "./handover.ts";
import { Grove } from "./forest.ts";

let grove: Grove;
let keys: string[];
let notes: string[];
let visits: Visit[];
let old: Uint8Array;

/** Three keys: one signs the sizes 0 to 3, the next 3 to 5, the last from 5 on. A visit in each time. */
beforeEach(async () => {
  grove = await Grove.plant("log.example/one");
  [keys, notes, visits] = [[grove.vkey], [], []];
  const visited = async () => visits.push({ note: await grove.checkpoint(), vkey: grove.vkey, at: `at ${grove.leaves.length}` });
  for (const many of [3, 2, 4]) {
    for (let at = 0; at < many; at++) {
      await grove.add({ eventId: `E${grove.leaves.length}` });
      if (at === 0) await visited();
    }
    if (keys.length === 1) old = await grove.evidence(1);
    if (keys.length < 3) {
      notes.push(await grove.handOver());
      keys.push(grove.vkey);
    }
  }
});

const ask: Ask = (from, to) => grove.consistency(from, to);
const key = (at: number): string => keys[at] as string;
const judge = async (visit: Visit | null, change: { vkey?: string; shown?: string; handovers?: string[]; ask?: Ask } = {}): Promise<Outcome> =>
  compare(visit, { note: await grove.checkpoint(), vkey: change.shown ?? key(2) }, { vkey: change.vkey ?? key(0), handovers: change.handovers ?? notes }, change.ask ?? ask);
const path = (outcome: Outcome): string => `${outcome.kind}: ${outcome.steps.map((step) => (step.holds ? step.name : `NOT ${step.name}`)).join(", ")}`;

describe("who came before the key was handed over", () => {
  it("is led from key to key, and from log to log", async () => {
    expect(path(await judge(visits[0] as Visit))).toBe("grown: handover, handover, signature, consistency, consistency, consistency");
  });

  it("is led from the key in the middle, too", async () => {
    expect(path(await judge(visits[1] as Visit, { vkey: key(1) }))).toBe("grown: handover, signature, consistency, consistency");
  });

  it("follows nothing where the key is the one in force", async () => {
    expect(path(await judge(visits[2] as Visit, { vkey: key(2) }))).toBe("grown: signature, consistency");
  });

  it("is led at a first visit with a key given by hand", async () => {
    expect(path(await judge(null))).toBe("first: handover, handover, signature");
  });
});

describe("who came before is warned", () => {
  const altered = (at: number, change: (note: string) => string): string[] => notes.map((note, number) => (number === at ? change(note) : note));

  it.each<[string, () => Parameters<typeof judge>[1], string, string]>([
    ["of a forged hand-over", () => ({ handovers: altered(1, (note) => note.replace("\nsize 5\n", "\nsize 4\n")) }), "broken: NOT handover", "hand-over 2: the signature is false"],
    ["of one that only the new key signed", () => ({ handovers: altered(0, (note) => note.replace(/\n\n— [^\n]*\n/, "\n\n")) }), "broken: NOT handover", "signed by two keys"],
    ["of one that only the old key signed", () => ({ handovers: altered(0, (note) => note.replace(/\n— [^\n]*\n$/, "\n")) }), "broken: NOT handover", "signed by two keys"],
    ["of one missing at the end", () => ({ handovers: notes.slice(0, 1) }), "broken: NOT handover", "one is missing"],
    ["of one missing at the beginning", () => ({ handovers: notes.slice(1) }), "broken: NOT handover", "no hand-over leads"],
    ["of all missing", () => ({ handovers: [] }), "broken: NOT handover", "no hand-over leads"],
    ["of an order that is another", () => ({ handovers: notes.toReversed() }), "broken: NOT handover", "out of order"],
    ["of one shown twice", () => ({ handovers: [notes[0] as string, ...notes] }), "broken: NOT handover", "out of order"],
    ["of something that is no hand-over", () => ({ handovers: [visits[0]?.note ?? ""] }), "broken: NOT handover", "not a hand-over note"],
    ["of a key that is shown beside the hand-overs", () => ({ shown: key(1) }), "broken: NOT handover", "the hand-overs lead to"],
  ])("%s", async (_, change, where, why) => {
    const outcome = await judge(visits[0] as Visit, change());
    expect([path(outcome), outcome.kind === "broken" && outcome.why.includes(why)]).toEqual([where, true]);
  });

  it("of a service that goes back to an earlier key", async () => {
    expect(path(await judge(visits[1] as Visit, { vkey: key(1), shown: key(0), handovers: [] }))).toBe("broken: NOT handover");
  });

  it("of another log behind true hand-overs", async () => {
    grove.leaves[1] = grove.leaves[0] as Uint8Array;
    expect(path(await judge(visits[0] as Visit))).toBe("broken: handover, handover, signature, NOT consistency");
  });

  it("of a hand-over that tells of another log than the old key knew", async () => {
    const other = await Grove.plant("log.example/one");
    for (let at = 0; at < 3; at++) await other.add({ eventId: `F${at}` });
    const first: Visit = { note: await other.checkpoint(2), vkey: other.vkey, at: "" };
    const note = await other.handOver((text) => text.replace(/root .*/, `root ${"A".repeat(43)}=`));
    const outcome = await compare(first, { note: await other.checkpoint(), vkey: other.vkey }, { vkey: first.vkey, handovers: [note] }, (from, to) => other.consistency(from, to));
    expect(path(outcome)).toBe("broken: handover, signature, NOT consistency");
  });
});

describe("evidence that the old key signed", () => {
  const steps = async (file: Uint8Array, vkey: string, handovers = notes) => {
    const verdict = await verifyEvidence(file, { vkey, handovers });
    return [verdict.holds, verdict.steps.map((step) => step.name).join(" ")];
  };

  it("holds for who trusts the old key, and for who was led to the new one", async () => {
    expect(await steps(old, key(0))).toEqual([true, "read unpack signature entry path root record"]);
    expect(await steps(old, key(2))).toEqual([true, "read unpack handover handover signature entry path root record"]);
    expect(await steps(await grove.evidence(6), key(0))).toEqual([true, "read unpack handover handover signature entry path root record"]);
  });

  it("is refused without the hand-overs, or with one that is forged", async () => {
    expect(await steps(old, key(2), [])).toEqual([false, "read unpack signature"]);
    expect(await steps(old, key(2), notes.map((note) => note.replace("\nsize 5\n", "\nsize 6\n")))).toEqual([false, "read unpack handover"]);
  });

  it("is refused when it was signed after the key had been handed over", async () => {
    const thief = await Grove.plant("log.example/one");
    for (let at = 0; at < 3; at++) await thief.add({ eventId: `T${at}` });
    const [first, late] = [thief.vkey, await thief.evidence(1)];
    const note = await thief.handOver((text) => text.replace("\nsize 3\n", "\nsize 2\n"));
    expect(await steps(late, first, [note])).toEqual([false, "read unpack handover"]);
    expect(await steps(late, thief.vkey, [note])).toEqual([false, "read unpack handover"]);
  });
});

it("verifies a list of hand-overs once, however many checkpoints are read by it, and another list anew", async () => {
  const checkpoint = await grove.checkpoint();
  const looked = vi.spyOn(crypto.subtle, "verify");
  const each = async (handovers: readonly string[]): Promise<number> => {
    const before = looked.mock.calls.length;
    await vouched(checkpoint, { vkey: key(0), handovers }).catch(() => undefined);
    return looked.mock.calls.length - before;
  };
  const seen = [await each(notes), await each([...notes]), await each(notes.slice(0, 1)), await each(notes)];
  looked.mockRestore();

  expect(seen).toEqual([5, 1, 2, 5]); // two signatures on each hand-over, and the checkpoint's, where its key is found
});
