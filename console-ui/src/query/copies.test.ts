// What is copied works elsewhere, whatever was typed. (That it does is shown with a real shell, in the stories.)
import { describe, expect, it } from "vitest";
import { asCli, asCurl, asSql } from "./copies.ts";

describe("copies", () => {
  it("quote for the shell", () => {
    expect(asCli({ query: "it's: $(x)", start: "2026-01-01T00:00:00Z", total: 70 }, "http://h:1")).toBe(`ACTIONTRAIL_ENDPOINT=http://h:1 actiontrail search 'it'\\''s: $(x)' --start 2026-01-01T00:00:00Z --limit 70`);
    expect(asCurl({ query: "it's" }, "http://h")).toContain(`body='{"query":"it'\\''s","limit":50}'`);
    expect(asCli({ query: "", sql: "select 1" }, "http://h:1")).toBe("ACTIONTRAIL_ENDPOINT=http://h:1 actiontrail search '* | select 1'");
  });

  it("hold no secret", () => expect(asCurl({ query: "" }, "http://h")).toContain("$ALIBABA_CLOUD_ACCESS_KEY_SECRET"));

  it("put the range into the selector, and SQL behind it", () => {
    expect(asSql({ query: "", sql: "select 1" })).toBe("* | select 1");
    expect(asSql({ query: "a or b", start: "2026-01-01T00:00:00Z", sql: "select 1" })).toBe("(a or b) and eventTime: [2026-01-01T00:00:00Z *) | select 1");
    expect(asSql({ query: "", end: "2026-01-01T00:00:00Z", sql: "select 1" })).toBe("eventTime: [* 2026-01-01T00:00:00Z) | select 1");
  });
});
