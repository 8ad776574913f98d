import { describe, expect, it } from "vitest";
import { codes, LETTERS, narrowed } from "./codes.ts";

const COUNTS = [0, 1, 2, 25, 26, 27, 28, 51, 52, 100, 300, 675, 676, 677, 702, 2000];

describe("the letters of what can be pressed", () => {
  it.each(COUNTS)("are %i different ones, of which none begins another", (count) => {
    const all = codes(count);
    const begun = all.filter((code) => all.some((other) => other !== code && other.startsWith(code)));
    expect([all.length, new Set(all).size, begun]).toEqual([count, count, []]);
  });

  it.each(COUNTS.filter((count) => count > 0))("of %i are as short as they can be", (count) => {
    // A tree with a branch for each letter: fewer steps to all its leaves there cannot be.
    let depth = 1;
    while (LETTERS.length ** depth < count) depth += 1;
    const spare = Math.floor((LETTERS.length ** depth - count) / (LETTERS.length - 1));
    const least = depth === 1 ? count : depth * count - Math.min(spare, LETTERS.length ** (depth - 1));
    expect(codes(count).join("").length).toBe(least);
  });

  it("stay the same for the same page, and those in front stay when more come behind", () => {
    expect(codes(60)).toEqual(codes(60));
    expect(codes(60).slice(0, 20)).toEqual(codes(200).slice(0, 18).concat(codes(60).slice(18, 20)));
  });

  it("are found with every shorter alphabet too", () => {
    for (const letters of ["ab", "abc"]) {
      const all = codes(9, letters);
      expect([all.length, all.filter((code) => all.some((other) => other !== code && other.startsWith(code)))]).toEqual([9, []]);
    }
  });

  it("are narrowed by what is typed until one is named", () => {
    expect(narrowed(["a", "mb", "mc"], "")).toEqual({ open: [0, 1, 2], named: -1 });
    expect(narrowed(["a", "mb", "mc"], "m")).toEqual({ open: [1, 2], named: -1 });
    expect(narrowed(["a", "mb", "mc"], "mc")).toEqual({ open: [2], named: 2 });
    expect(narrowed(["a", "mb", "mc"], "z")).toEqual({ open: [], named: -1 });
  });
});
