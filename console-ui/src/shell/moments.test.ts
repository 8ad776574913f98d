// Moments in the zone of the header, or in one that a link names.
import { describe, expect, it } from "vitest";
import { fromInput, moment, toInput, zoneId, zoneOf } from "./moments.ts";

describe("a moment", () => {
  it.each([
    ["utc", "2026-01-31 23:59:59"],
    ["Asia/Shanghai", "2026-02-01 07:59:59"],
    ["America/New_York", "2026-01-31 18:59:59"],
  ])("is told in %s", (zone, text) => expect(moment("2026-01-31T23:59:59Z", zone)).toBe(text));

  it.each(["utc", "Asia/Shanghai", "America/New_York"])("comes back from what is typed in %s", (zone) => {
    const at = Date.parse("2026-07-31T23:59:59Z");
    expect(fromInput(toInput(at, zone), zone)).toBe(at);
  });

  it("knows no zone that there is not", () => expect([zoneOf("UTC"), zoneOf("Mars/Olympus"), zoneId("utc")]).toEqual(["utc", null, "UTC"]));
});
