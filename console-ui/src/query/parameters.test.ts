// Blanks in kept questions: found, and filled so that a value stays a value.
import { describe, expect, it } from "vitest";
import { blanks, fill } from "./parameters.ts";

describe("blanks", () => {
  it("are found once each, with what is usual", () =>
    expect(blanks("userIdentity.userName: ${who:alice} | select ${n:5} where x = '${who}'")).toEqual([{ name: "who", usual: "alice" }, { name: "n", usual: "5" }]));

  it.each([
    ["eventName: ${e}", { e: 'a" or *' }, 'eventName: "a\\" or *"'],
    ['userAgent: "x ${e}"', { e: 'a" or *' }, 'userAgent: "x a\\" or *"'],
    ["* | select count(*) where eventName = ${e} limit ${n:5}", { e: "it's" }, "* | select count(*) where eventName = 'it''s' limit 5"],
    ["* | select count(*) where eventName = '${e}'", { e: "x' or '1'='1" }, "* | select count(*) where eventName = 'x'' or ''1''=''1'"],
    ["a | select '|' as b, ${n}", { n: "1" }, "a | select '|' as b, 1"],
    ["nothing here", {}, "nothing here"],
    ["eventName: ${e:Stop*}", { e: "" }, 'eventName: "Stop*"'],
  ])("%s", (text, values, filled) => expect(fill(text, values)).toBe(filled));
});
