// The tree, against the plain definition in RFC 6962.
import { describe, expect, it } from "vitest";
import { same, utf8 } from "./bytes.ts";
import { between, pathTo as path, rootOf as root } from "./forest.ts";
import { climb, leafHash, verifyConsistency } from "./merkle.ts";

const leavesOf = (size: number) => Promise.all(Array.from({ length: size }, (_, at) => leafHash(utf8(`entry ${at}`))));

describe("the way up", () => {
  it("leads every leaf of every small tree to its root", async () => {
    const wrong: string[] = [];
    for (let size = 1; size <= 17; size++) {
      const leaves = await leavesOf(size);
      const top = await root(leaves);
      for (let index = 0; index < size; index++) {
        const rungs = await climb(index, size, leaves[index] as Uint8Array, await path(index, leaves));
        if (!same(rungs.at(-1)?.node ?? (leaves[index] as Uint8Array), top)) wrong.push(`${index} of ${size}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("refuses a hash too few and one too many", async () => {
    const leaves = await leavesOf(6);
    const hashes = await path(2, leaves);
    const leaf = leaves[2] as Uint8Array;
    await expect(climb(2, 6, leaf, hashes.slice(1))).rejects.toThrow("too few");
    await expect(climb(2, 6, leaf, [...hashes, leaf])).rejects.toThrow("too many");
    await expect(climb(6, 6, leaf, hashes)).rejects.toThrow("no entry 6");
  });
});

describe("consistency", () => {
  it("holds between any two sizes of one log", async () => {
    const leaves = await leavesOf(15);
    for (let old = 1; old <= 15; old++)
      await verifyConsistency(old, 15, await root(leaves.slice(0, old)), await root(leaves), await between(old, leaves));
  });

  it("finds an old entry that was changed", async () => {
    const leaves = await leavesOf(9);
    const before = await root(leaves.slice(0, 5));
    const forged = [...leaves];
    forged[1] = await leafHash(utf8("another"));
    await expect(verifyConsistency(5, 9, before, await root(forged), await between(5, forged))).rejects.toThrow("older root");
  });

  it("finds a log that got shorter, and one of the same size with another root", async () => {
    const leaves = await leavesOf(4);
    const top = await root(leaves);
    await expect(verifyConsistency(4, 3, top, top, [])).rejects.toThrow("shorter");
    await expect(verifyConsistency(4, 4, top, leaves[0] as Uint8Array, [])).rejects.toThrow("another root");
  });
});
