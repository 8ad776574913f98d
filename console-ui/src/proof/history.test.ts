// Checkpoints from before, each against its neighbour.
import { expect, it } from "vitest";
import { Grove } from "./forest.ts";
import { known, neighbours, type Known } from "./history.ts";
import { parseCheckpoint, parseNote } from "./note.ts";
import { toHex } from "./bytes.ts";

async function grown(): Promise<{ grove: Grove; all: Known[]; notes: string[] }> {
  const grove = await Grove.plant("log.example/one");
  const [seen, notes]: [Known[], string[]] = [[], []];
  for (let at = 0; at < 9; at++) {
    await grove.add({ eventId: `E${at}` });
    if (at % 3 === 0) {
      const note = await grove.checkpoint();
      const { size, root } = parseCheckpoint(parseNote(note).text);
      seen.push({ size, root: toHex(root), at: `2026-01-0${at + 1}`, note });
    }
    if (at === 4) notes.push(await grove.handOver());
  }
  return { grove, all: await known(seen, notes), notes };
}

async function told({ grove, all, notes }: Awaited<ReturnType<typeof grown>>): Promise<string[]> {
  const found: string[] = [];
  await neighbours(all, { vkey: grove.vkey, handovers: notes }, (old, size) => grove.consistency(old, size), (at, problem) => { found[at] = problem; });
  return found;
}

it("puts what was seen and what stands in the hand-overs in one order, and each begins with the one before", async () => {
  const log = await grown();
  expect([log.all.map((one) => one.size), await told(log)]).toEqual([[1, 4, 5, 7], ["", "", "", ""]]);
});

it("tells which of them is not of this log", async () => {
  const log = await grown();
  log.grove.leaves[2] = log.grove.leaves[1] as Uint8Array;
  expect((await told(log)).map((problem) => problem.slice(0, 31))).toEqual(["", "the proof does not lead to the ", "", "the proof does not lead to the "]);
});

it("tells of one that was altered where it was kept", async () => {
  const log = await grown();
  (log.all[3] as Known).root = "00".repeat(32);
  expect((await told(log))[3]).toContain("another size or root");
});

it("shows what was seen although a hand-over is false", async () => {
  const log = await grown();
  expect((await known(log.all.filter((one) => one.note), [log.notes[0]?.replace("size 5", "size 6") ?? ""])).map((one) => one.size)).toEqual([1, 4, 7]);
});
