// To a moment that is typed, in whatever way it is written.
import { describe, expect, it } from "vitest";
import { jump, namedMoment, toNow } from "./jump.ts";

const NOW = Date.parse("2026-11-27T02:10:00Z"); // 10:10 in Shanghai
const told = (text: string, zone = "utc") => {
  const at = namedMoment(text, NOW, zone);
  return at === null ? null : new Date(at).toISOString().slice(0, 19);
};

describe("a moment", () => {
  it.each([
    ["-2h", "2026-11-27T00:10:00"], ["90m", "2026-11-27T00:40:00"], ["1:05", "2026-11-27T01:05:00"], ["1am", "2026-11-27T01:00:00"], ["12am", "2026-11-27T00:00:00"],
    ["7:30", "2026-11-26T07:30:00"], ["7:30 pm", "2026-11-26T19:30:00"], ["23:59:58", "2026-11-26T23:59:58"],
    ["2026-11-26", "2026-11-26T00:00:00"], ["2026-11-26 03:02", "2026-11-26T03:02:00"], ["2026-11-26t03:02:59z", "2026-11-26T03:02:59"],
    ["2026-11-26 03:02 +08:00", "2026-11-25T19:02:00"], ["1795662179", "2026-11-26T03:02:59"], ["1795662179000", "2026-11-26T03:02:59"],
  ])("%s is %s", (text, at) => expect(told(text)).toBe(at));

  it("is in the zone that is shown", () => expect([told("7:30", "Asia/Shanghai"), told("2026-11-26 03:02", "Asia/Shanghai")]).toEqual(["2026-11-26T23:30:00", "2026-11-25T19:02:00"]));
  it.each(["", "7", "25:00", "13am", "2026-13-01", "yesterday", "-2x", "2026-11-26 3"])("is not %j", (text) => expect(told(text)).toBeNull());
});

describe("a jump", () => {
  it("keeps the width, with the moment in the middle", () =>
    expect(jump("2026-11-26 03:00", { from: "-2h", to: "now" }, NOW, "utc")).toEqual({ from: "2026-11-26T02:00:00Z", to: "2026-11-26T04:00:00Z" }));
  it("of an open range is a day wide", () => expect(jump("2026-11-26 12:00", { from: "", to: "now" }, NOW, "utc")).toEqual({ from: "2026-11-26T00:00:00Z", to: "2026-11-27T00:00:00Z" }));
  it("to now keeps the width, too, and goes on with the clock", () =>
    expect([jump(" now ", { from: "2026-11-20T00:00:00Z", to: "2026-11-20T06:00:00Z" }, NOW, "utc"), toNow({ from: "2026-11-20T00:00:00Z", to: "2026-11-22T00:00:00Z" }, NOW), toNow({ from: "2026-11-20T00:00:00Z", to: "2026-11-20T00:00:10Z" }, NOW)]).toEqual([
      { from: "-6h", to: "now" }, { from: "-2d", to: "now" }, { from: "-1m", to: "now" }]));
  it("to nowhere is none", () => expect(jump("soon", { from: "-2h", to: "now" }, NOW, "utc")).toBeNull());
});
