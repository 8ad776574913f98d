// What is copied works elsewhere, whatever was typed.
import { describe, expect, it } from "vitest";
import { asCli, asCurl, asSigma, asSql } from "./copies.ts";

describe("copies", () => {
  it("quote for the shell", () => {
    expect(asCli({ query: "it's: $(x)", start: "2026-01-01T00:00:00Z" })).toBe(`actiontrail search 'it'\\''s: $(x)' --start 2026-01-01T00:00:00Z`);
    expect(asCurl({ query: "it's" }, "http://h")).toContain(`--data '{"query":"it'\\''s","limit":50}'`);
  });

  it("put SQL behind the selector", () => expect(asSql({ query: "" }, "select 1")).toBe("* | select 1"));

  it("make a Sigma rule of the chips", () => {
    const chips = [
      { field: "eventName", value: "StopLogging", not: false },
      { field: "eventName", value: "it's: #1", not: false },
      { field: "sourceIpAddress", value: "198.51.100.10", not: true },
    ];
    expect(asSigma(chips, "typed", "T", "id", "2026-01-01").split("\n").slice(6)).toEqual([
      "    product: alibabacloud", "    service: actiontrail", "detection:", "    # Not said by this rule: typed", "    selection:", "        eventName:",
      "            - 'StopLogging'", "            - 'it''s: #1'", "    filter1:", "        sourceIpAddress: '198.51.100.10'", "    condition: selection and not filter1", "level: medium", "",
    ].slice(0));
  });
});
