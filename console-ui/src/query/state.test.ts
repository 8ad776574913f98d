// The whole page in its address, and back.
import { describe, expect, it } from "vitest";
import { initial, read, write } from "./state.ts";

describe("the address", () => {
  it("holds nothing of a page as it comes", () => expect(write(initial())).toBe(""));

  it("brings back everything that was set", () => {
    const state = {
      ...initial(), text: 'a & b = "c"', chips: [{ field: "userAgent", value: "x=y&z", not: true }, { field: "errorCode", value: "", not: false }],
      range: { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }, columns: ["channel", "acsRegion"], hideReads: true, collapse: false,
      order: "oldest" as const, mode: "groups" as const, by: "resource" as const, sort: "first" as const, group: "0A1B", stats: "requestParameters.a", sql: "select 1", chart: "bar", open: "E-1", pins: ["E-2", "E-3"],
      tab: "around:address:3600", runs: ["run:12"], pinsOnly: true, tz: "Asia/Shanghai",
    };
    const back = read(write(state));
    expect({ ...back, chips: [...back.chips].sort((one, other) => one.field.localeCompare(other.field)) }).toEqual({ ...state, chips: [...state.chips].sort((one, other) => one.field.localeCompare(other.field)) });
  });

  it("passes over what it does not know", () => expect(read("mode=evil&by=x&sort=y&order=x&f=novalue&zzz=1")).toEqual(initial()));
});
