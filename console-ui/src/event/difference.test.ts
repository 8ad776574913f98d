// Two values beside each other, whatever somebody put into them.
import { describe, expect, it } from "vitest";
import { alike, pairs } from "./difference.ts";

const text = (text: string) => ({ kind: "text", text });
const differing = (left: unknown, right: unknown) => pairs(left, right).filter((one) => !one.same);

describe("two values", () => {
  it("are compared leaf by leaf at any depth, in the order of the first", () => {
    expect(pairs({ b: { c: [1, { d: "x" }] }, a: true }, { a: true, b: { c: [1, { d: "y" }], e: "z" } })).toEqual([
      { path: "b.c.0", left: { kind: "number", text: "1" }, right: { kind: "number", text: "1" }, same: true },
      { path: "b.c.1.d", left: text("x"), right: text("y"), same: false },
      { path: "b.e", right: text("z"), same: false },
      { path: "a", left: { kind: "truth", text: "true" }, right: { kind: "truth", text: "true" }, same: true },
    ]);
  });

  it("are the same whatever the order of their names", () => {
    expect(differing({ a: 1, b: { c: 2, d: [] } }, { b: { d: [], c: 2 }, a: 1 })).toEqual([]);
  });

  it("that are lists are compared place by place, and the longer one has more", () => {
    expect(differing({ ids: ["i-1", "i-2"] }, { ids: ["i-1", "i-3", "i-4"] })).toEqual([
      { path: "ids.1", left: text("i-2"), right: text("i-3"), same: false },
      { path: "ids.2", right: text("i-4"), same: false },
    ]);
  });

  it.each([
    ["nothing and null", {}, { a: null }, undefined, { kind: "null", text: "null" }],
    ["nothing and an empty text", { a: "" }, {}, text(""), undefined],
    ["null and an empty text", { a: null }, { a: "" }, { kind: "null", text: "null" }, text("")],
    ["null and the text of it", { a: null }, { a: "null" }, { kind: "null", text: "null" }, text('"null"')],
    ["a number and its text", { a: 1 }, { a: "1" }, { kind: "number", text: "1" }, text('"1"')],
    ["a truth and its text", { a: "true" }, { a: true }, text('"true"'), { kind: "truth", text: "true" }],
    ["an empty list and an empty object", { a: [] }, { a: {} }, { kind: "list", text: "[]" }, { kind: "object", text: "{}" }],
    ["an empty list and nothing", { a: [] }, {}, { kind: "list", text: "[]" }, undefined],
    ["an object and a text", { a: { b: 1 } }, { a: "b" }, { kind: "object", text: '{"b":1}' }, text("b")],
    ["a list and an object", { a: ["x"] }, { a: { 0: "x" } }, { kind: "list", text: '["x"]' }, { kind: "object", text: '{"0":"x"}' }],
  ])("%s are two things", (_, one, other, left, right) => {
    expect(pairs(one, other)).toEqual([{ path: "a", ...(left && { left }), ...(right && { right }), same: false }]);
  });

  it("of which one is empty differ in what the other has", () => {
    expect([pairs({ a: {} }, { a: { b: 1 } }), pairs({ a: {} }, { a: {} }).map((one) => one.same)]).toEqual([
      [{ path: "a.b", right: { kind: "number", text: "1" }, same: false }],
      [true],
    ]);
  });

  it("may have names that mean something elsewhere", () => {
    const hostile: unknown = JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "c", "toString": 1}');
    expect(pairs(hostile, {})).toEqual([
      { path: "__proto__.polluted", left: text("yes"), same: false },
      { path: "constructor", left: text("c"), same: false },
      { path: "toString", left: { kind: "number", text: "1" }, same: false },
    ]);
    expect([pairs({}, hostile).map((one) => one.right?.text), ({} as Record<string, unknown>).polluted]).toEqual([["yes", "c", "1"], undefined]);
    expect(pairs({}, {})).toEqual([]);
  });

  it("with dots in their names are not taken for each other", () => {
    expect(pairs({ "a.b": 1 }, { a: { b: 1 } }).map((one) => [one.path, one.same])).toEqual([['"a.b"', false], ["a.b", false]]);
    expect(pairs({ "": 1, 'q"': 2 }, {}).map((one) => one.path)).toEqual(['""', '"q\\""']);
  });

  it("begin alike for so many characters, none of them half", () => {
    expect([alike("abc", "abd"), alike("abc", "abc"), alike("", "x"), alike("a😀", "a😁"), alike("ab", "abc")]).toEqual([2, 3, 0, 1, 2]);
  });
});
