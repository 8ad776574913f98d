// The page of advanced queries in its address, and scenes as questions with blanks.
import { expect, it } from "vitest";
import { readAdvanced, withBlanks, writeAdvanced } from "./advanced.ts";
import { fill } from "./parameters.ts";

it("comes back from its address", () => {
  const state = { text: "a: ${b:c} | select 1", values: { b: "x=y&z" }, range: { from: "-1d", to: "now" }, chart: "bar", tab: "history" as const, scene: "identity", kept: "utpl-1" };
  expect(readAdvanced(writeAdvanced(state))).toEqual(state);
  expect(writeAdvanced(readAdvanced(""))).toBe("");
});

it("makes blanks of a scene's conditions, which hold what the scene asks", () => {
  const text = withBlanks([{ field: "event.eventName", value: "ConsoleSignin" }, { field: "event.eventName", value: "*" }], "select 1");
  expect(text).toBe("event.eventName: ${eventName:ConsoleSignin} and event.eventName: ${eventName 2:*} | select 1");
  expect(fill(text, { eventName: "Stop*" })).toBe('event.eventName: "Stop*" and event.eventName: "*" | select 1');
  expect(withBlanks([], "select 1")).toBe("* | select 1");
});
