// The statistics of a field: what is asked, and what is made of the answer.
import { describe, expect, it } from "vitest";
import { readStats, share, statsSql } from "./stats.ts";

it("a field's name is quoted, whatever it is", () => expect(statsSql('requestParameters.a"b')).toContain('(select "requestParameters.a""b" as v from log)'));

it("an answer is told from both ends, without the empty value", () => {
  const row = (text: string, events: number, best: number, rare: number) => [text, text.length, events, 20, 4, best, rare];
  expect(readStats({ rows: [row("a", 9, 1, 3), row("b", 3, 2, 2), row("c", 1, 3, 1), row("", 7, 4, 4)] })).toEqual({
    all: 20, has: 13, kinds: 3,
    top: [{ text: "a", length: 1, events: 9 }, { text: "b", length: 1, events: 3 }, { text: "c", length: 1, events: 1 }],
    rare: [{ text: "c", length: 1, events: 1 }, { text: "b", length: 1, events: 3 }, { text: "a", length: 1, events: 9 }],
  });
});

it("a field that nothing has is an answer, too", () => expect(readStats({ rows: [["", 0, 5, 5, 1, 1, 1]] })).toEqual({ all: 5, has: 0, kinds: 0, top: [], rare: [] }));
it("and so is no event", () => expect(readStats({ rows: [] })).toEqual({ all: 0, has: 0, kinds: 0, top: [], rare: [] }));

describe("a share", () => {
  it.each([[0, 9, "0 %"], [9, 9, "100 %"], [1, 3, "33 %"], [1, 30, "3.3 %"], [1, 5000, "< 0.1 %"], [9999, 10_000, "> 99.9 %"], [998, 1000, "99 %"], [0, 0, "0 %"]])("%d of %d is %s", (part, whole, text) => expect(share(part, whole)).toBe(text));
});
