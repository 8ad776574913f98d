// Events of one sort: what their chip says, and how chips come and go.
import { describe, expect, it } from "vitest";
import { compose } from "./language.ts";
import { sortOf, sortParts, withSimilar } from "./similar.ts";

const event = (serviceName: string, eventName: string) => ({ eventId: "E", eventTime: "", serviceName, eventName });
const chip = (value: string, not = false) => ({ field: "sort", value, not });

describe("a sort", () => {
  it.each([["Ecs", "StopInstance"], ["a/b%2F", "x/y"], ["", "Nobody"], ["Ecs", ""]])("of %j and %j is read back", (service, name) =>
    expect(sortParts(sortOf(event(service, name)))).toEqual({ service, name }));

  it("of a name too long for an address is what begins so", () =>
    expect(compose("", [chip(sortOf(event("Ecs", "x".repeat(201))))])).toBe(`(serviceName: "Ecs" and eventName: "${"x".repeat(200)}*")`));
});

describe("its chip", () => {
  it("means service and operation together, so that hiding one hides nothing else of either", () =>
    expect(compose("a or b", [chip("Ecs/StopInstance", true), { field: "eventRW", value: "Write", not: false }])).toBe(
      '(a or b) and eventRW: "Write" and not (serviceName: "Ecs" and eventName: "StopInstance")'));

  it("widens another of its kind", () =>
    expect(compose("", [chip("Ecs/A"), chip("Ram/B")])).toBe('((serviceName: "Ecs" and eventName: "A") or (serviceName: "Ram" and eventName: "B"))'));

  it("asks for what has no service", () => expect(compose("", [chip("/A")])).toBe('(not serviceName: * and eventName: "A")'));
});

describe("what is like some events", () => {
  it("is each sort once", () => expect(withSimilar([], [event("Ecs", "A"), event("Ecs", "A"), event("Ecs", "B")], true)).toEqual([chip("Ecs/A", true), chip("Ecs/B", true)]));
  it("is not hidden any more when it is hidden twice", () => expect(withSimilar([chip("Ecs/A", true), chip("Ecs/B", true)], [event("Ecs", "A")], true)).toEqual([chip("Ecs/B", true)]));
  it("turns from only to hidden", () => expect(withSimilar([chip("Ecs/A")], [event("Ecs", "A")], true)).toEqual([chip("Ecs/A", true)]));
});
