// What is called new, gone, more and less, and when nothing may be called so.
import { describe, expect, it } from "vitest";
import { changesOf, missing, TOP, type Listed, type Tally } from "./tally.ts";

const side = (counts: Record<string, number>, more: Partial<Tally> = {}): Tally => ({ list: Object.entries(counts).map(([value, count]) => ({ value, count })), whole: true, ...more });
/** A list as long as one can be asked for: what is not in it may all the same be there. */
const full = (most: number, least: number): Listed[] => Array.from({ length: TOP }, (_, at) => ({ value: `v${at}`, count: at === 0 ? most : least }));
const told = (a: Tally, b: Tally, scale?: number) => changesOf(a, b, scale).map((one) => `${one.value} ${one.turn}`);

describe("a value", () => {
  it("is new or gone where the other side's list is whole and does not have it", () => {
    expect(told(side({ x: 2, both: 1 }), side({ both: 1, y: 3 }))).toEqual(["x new", "y gone", "both same"]);
  });

  it("is not called new where the other side's list is cut: it may be there as often as the last of the list", () => {
    const cut = { list: full(50, 4), whole: true };
    expect(changesOf(side({ x: 9 }), cut).find((one) => one.value === "x")).toEqual({ value: "x", a: { least: 9, most: 9 }, b: { least: 0, most: 4 }, turn: "unsure", factor: 1 });
  });

  it("is what it is once it was asked for by itself", () => {
    const cut = { list: full(50, 4), whole: true, counted: new Map([["x", 0], ["y", 3]]) };
    const found = changesOf(side({ x: 9, y: 9, z: 9 }), cut).filter((one) => /^[xyz]$/.test(one.value));
    expect(found.map((one) => `${one.value} ${one.turn} ${one.factor}`)).toEqual(["x new 1", "z unsure 1", "y more 3"]);
  });

  it("is neither new nor gone where a side is not wholly searchable", () => {
    const partly = side({ both: 1, y: 3 }, { whole: false });
    expect(told(side({ x: 2, both: 1 }), partly)).toEqual(["x unsure", "both unsure", "y gone"]);
    expect(told(partly, side({ x: 2, both: 1 }))).toEqual(["y new", "x unsure", "both unsure"]);
  });

  it("may be called as what every object has", () => {
    const hostile = JSON.parse('{"__proto__": 2, "constructor": 1}') as Record<string, number>;
    expect(told(side(hostile), side({}))).toEqual(["__proto__ new", "constructor new"]);
  });

  it("is asked for by itself only where the list is cut, the commonest first, and not twice", () => {
    const other = side({ v3: 1, x: 9, y: 5, z: 2 });
    expect([missing(side({ a: 1 }), other, 10), missing({ list: full(9, 9), whole: true }, other, 2), missing({ list: full(9, 9), whole: true, counted: new Map([["x", 0]]) }, other, 9)]).toEqual([[], ["x", "y"], ["y", "z"]]);
  });
});

describe("changes", () => {
  it("are sorted by how much they are: new, gone, and then by the surprise of both counts", () => {
    const a = side({ few: 3, many: 1100, doubled: 200, fell: 10, fresh: 1, fresher: 8, even: 5 });
    const b = side({ few: 2, many: 1000, doubled: 100, fell: 90, lost: 4, even: 5 });
    expect(told(a, b)).toEqual(["fresher new", "fresh new", "lost gone", "fell less", "doubled more", "many more", "few more", "even same"]);
  });

  it("are by the length of both sides: as many in twice the time are half as many", () => {
    expect(changesOf(side({ x: 10, y: 20, z: 30 }), side({ x: 10, y: 10, z: 10 }), 2).map((one) => [one.value, one.turn, one.factor])).toEqual([["x", "less", 2], ["z", "more", 1.5], ["y", "same", 1]]);
  });

  it("of nothing are none", () => {
    expect(changesOf(side({}), side({}))).toEqual([]);
  });
});
