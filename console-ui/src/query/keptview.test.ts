// What a script kept opens in both pages, and what a page kept opens as it was.
import { expect, it } from "vitest";
import { barAt, keptPath, viewFor, viewOf } from "./keptview.ts";

it("opens what a script kept", () => {
  const kept = { id: "u-1", query: 'a: "x|y" | select 1', view: "" };
  expect(keptPath(kept)).toBe(`/events?${new URLSearchParams({ q: 'a: "x|y"', mode: "sql", sql: "select 1" }).toString()}`);
  expect(viewOf(kept, "advanced")).toBe(new URLSearchParams({ q: kept.query, kept: "u-1" }).toString());
});

it("opens what a page kept as it was there", () => {
  expect(viewOf({ id: "u-1", query: "a", view: viewFor("events", "cols=channel&q=a") }, "events")).toBe("cols=channel&q=a");
  expect(viewOf({ id: "u-1", query: "a", view: viewFor("events", "cols=channel&q=a") }, "advanced")).toBe("q=a&kept=u-1");
});

it("knows which bar is the one", () => expect([barAt("a"), barAt('"|" | x'), barAt("it's | x")]).toEqual([-1, 4, 5]));
