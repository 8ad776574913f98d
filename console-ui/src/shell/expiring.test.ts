// When a session is said to end.
import { expect, it } from "vitest";
import { left } from "./expiring.ts";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const session = (ends: number) => ({ ends: new Date(NOW + ends * 1000).toISOString(), idleSeconds: 3600 });

it("says nothing while the end is far away", () => {
  expect(left(session(7200), NOW, NOW)).toBeNull();
});

it("warns of idleness two minutes before, and half a minute early", () => {
  expect(left(session(7200), NOW - 3440_000, NOW)).toBeNull();
  expect(left(session(7200), NOW - 3450_000, NOW)).toEqual({ seconds: 120, idle: true });
  expect(left(session(7200), NOW - 4000_000, NOW)).toEqual({ seconds: 0, idle: true });
});

it("warns of the last end, however much the session is used", () => {
  expect(left(session(240), NOW, NOW)).toEqual({ seconds: 240, idle: false });
  expect(left(session(-5), NOW, NOW)).toEqual({ seconds: 0, idle: false });
});

it("tells the nearer end", () => {
  expect(left(session(290), NOW - 3500_000, NOW)).toEqual({ seconds: 70, idle: true });
});
