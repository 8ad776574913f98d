// What a shorter copy would let go.
import { expect, it } from "vitest";
import { letGo, size } from "./keeping.ts";

const months = [{ month: "2026-08", records: 5 }, { month: "2026-09", records: 7 }, { month: "2026-11", records: 100 }];

it("lets whole months go, and never the one in which the first day lies", () => {
  const now = new Date("2026-11-27T00:00:00Z");
  expect([0, 90, 60, 30].map((days) => letGo(months, days, now))).toEqual([0, 0, 5, 12]);
});

it("says sizes as people read them", () => {
  expect([0, 999, 1000, 123_456, 5_400_000_000].map(size)).toEqual(["0 B", "999 B", "1.0 kB", "123 kB", "5.4 GB"]);
});
