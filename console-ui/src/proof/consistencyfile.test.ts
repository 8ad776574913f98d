// The evidence of two checkpoints: true, and altered in every part.
import { beforeAll, describe, expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { verifyConsistencyFile } from "./consistencyfile.ts";
import { Grove } from "./forest.ts";

let grove: Grove;
let file: { kind: string; old: string; new: string; hashes: string[] };

beforeAll(async () => {
  grove = await Grove.plant("log.example/one");
  for (let at = 0; at < 7; at++) await grove.add({ at });
  file = { kind: "actiontrail consistency v1", old: await grove.checkpoint(3), new: await grove.checkpoint(7), hashes: (await grove.consistency(3)).hashes };
});

const check = (change: Record<string, unknown>, vkey = grove.vkey) => verifyConsistencyFile(utf8(JSON.stringify({ ...file, ...change })), { vkey, handovers: [] });
const failing = async (change: Record<string, unknown>, vkey?: string) => (await check(change, vkey)).steps.filter((step) => !step.holds).map((step) => step.name);

describe("the evidence that a log only grew", () => {
  it("holds, and tells both sizes", async () => {
    const verdict = await check({});
    expect([verdict.holds, verdict.grown, verdict.steps.map((step) => step.name)]).toEqual([true, { old: 3, now: 7 }, ["read", "signature", "path"]]);
  });

  it("holds for a log that did not grow", async () => {
    expect((await check({ new: file.old, hashes: [] })).holds).toBe(true);
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ["another kind", () => ({ kind: "actiontrail consistency v2" }), "read"],
    ["a field too many", () => ({ note: "trust me" }), "read"],
    ["a hash that is no base64", () => ({ hashes: ["x", ...file.hashes.slice(1)] }), "read"],
    ["more hashes than any proof has", () => ({ hashes: Array.from({ length: 129 }, () => file.hashes[0]) }), "read"],
    ["an older checkpoint that was altered", () => ({ old: file.old.replace("\n3\n", "\n4\n") }), "signature"],
    ["a newer checkpoint that was altered", () => ({ new: file.new.replace("\n7\n", "\n8\n") }), "signature"],
    ["checkpoints in the wrong order", () => ({ old: file.new, new: file.old }), "path"],
    ["a hash too few", () => ({ hashes: file.hashes.slice(1) }), "path"],
    ["hashes in another order", () => ({ hashes: file.hashes.toReversed() }), "path"],
  ])("is refused for %s", async (_, change, step) => {
    expect(await failing(change())).toEqual([step]);
  });

  it("is refused for a key that signed neither", async () => {
    expect(await failing({}, (await Grove.plant("log.example/one")).vkey)).toEqual(["signature"]);
  });

  it("is refused when the log was written anew", async () => {
    const other = await Grove.plant("log.example/one");
    for (let at = 0; at < 7; at++) await other.add({ at: at + 1 });
    expect(await failing({ new: await other.checkpoint() })).toEqual(["signature"]);
  });
});
