// What is compared, as an address says it, and the questions that are asked for it.
import { describe, expect, it } from "vitest";
import { actorIn, askable, eventsOf, initial, narrowed, overlap, read, sidesOf, spansOf, write, type CompareState } from "./compare.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const HOUR = 3_600_000;
const state = (more: Partial<CompareState>): CompareState => ({ ...initial(), ...more });
const chip = (field: string, value: string, not = false) => ({ field, value, not });

describe("an address", () => {
  it.each<[string, Partial<CompareState>]>([
    ["two periods", { text: "a or b", chips: [chip("serviceName", "E=cs"), chip("errorCode", "", true)], hideReads: true, range: { from: "-7d", to: "now" }, against: "week", tz: "UTC" }],
    ["two periods of their own", { range: { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" }, against: "own", other: { from: "2026-02-01T00:00:00Z", to: "2026-02-03T00:00:00Z" } }],
    ["two actors", { of: "actors", a: "user:alice", b: "address:2001:db8::1", chips: [chip("acsRegion", "cn")] }],
    ["two events", { of: "events", a: "E-1", b: "E-2&b=3", all: true }],
    ["all of time", { range: { from: "", to: "now" } }],
  ])("of %s is read as it was written", (_, more) => {
    expect(read(write(state(more)))).toEqual(state(more));
  });

  it("that says nothing, or nonsense, means the last day and the one before", () => {
    expect([read(""), read("of=moons&against=x")]).toEqual([initial(), initial()]);
  });
});

describe("the second period", () => {
  const range = { from: "2026-03-09T12:00:00Z", to: "2026-03-09T18:00:00Z" };
  const told = (more: Partial<CompareState>) => {
    const { a, b } = spansOf(state({ range, ...more }), NOW);
    return [a && [(a.from - NOW) / HOUR, (a.to - NOW) / HOUR], b && [(b.from - NOW) / HOUR, (b.to - NOW) / HOUR]];
  };

  it("is the one before, as long; or the same a day or a week before; or one of its own", () => {
    expect([told({}), told({ against: "day" }), told({ against: "week" }), told({ against: "own", other: { from: "-2h", to: "now" } })]).toEqual([
      [[-24, -18], [-30, -24]],
      [[-24, -18], [-48, -42]],
      [[-24, -18], [-192, -186]],
      [[-24, -18], [-2, 0]],
    ]);
  });

  it("is none where the first has no beginning, or ends before it begins", () => {
    expect([told({ range: { from: "", to: "now" } }), told({ range: { from: "now", to: "-1h" } }), told({ against: "own" })]).toEqual([[null, null], [null, null], [[-24, -18], null]]);
  });

  it("may reach into the first", () => {
    expect([overlap({ from: 0, to: 10 }, { from: 9, to: 12 }), overlap({ from: 0, to: 10 }, { from: 10, to: 12 })]).toEqual([true, false]);
  });
});

describe("two actors", () => {
  it("are asked for over one period, within what else is asked", () => {
    const sides = sidesOf(state({ of: "actors", a: "user:alice", b: "key:LTAI1", text: "x or y", chips: [chip("userIdentity.userName", "bob")] }), NOW);
    expect([sides?.a.question, sides?.b.question.query]).toEqual([
      { query: '((x or y) and userIdentity.userName: "bob") and userIdentity.userName: "alice"', start: "2026-03-09T12:00:00Z", end: "2026-03-10T12:00:00Z" },
      '((x or y) and userIdentity.userName: "bob") and userIdentity.accessKeyId: "LTAI1"',
    ]);
  });

  it("must both be named", () => {
    expect([sidesOf(state({ of: "actors", a: "user:alice" }), NOW), actorIn("user:"), actorIn("moon:x"), actorIn("alice"), actorIn("address:::1")]).toEqual([null, null, null, null, { kind: "address", id: "::1" }]);
  });
});

describe("a value", () => {
  const periods = state({ text: "q", chips: [chip("serviceName", "Ecs"), chip("serviceName", "Ram"), chip("acsRegion", "cn"), chip("eventRW", "Read", true)] });
  const side = (of: CompareState) => sidesOf(of, NOW)?.a as NonNullable<ReturnType<typeof sidesOf>>["a"];

  it("is found in Events by the chips that were asked, of its own field by itself alone", () => {
    expect(eventsOf(periods, side(periods), { field: "serviceName", value: "Ecs" })).toEqual({
      q: "q", f: [["acsRegion", "cn"], ["serviceName", "Ecs"]], x: [["eventRW", "Read"]], from: "2026-03-09T12:00:00Z", to: "2026-03-10T12:00:00Z",
    });
  });

  it("of an actor is found with the actor, who does not widen a chip of the same field", () => {
    const alice = state({ of: "actors", a: "user:alice", b: "user:bob" });
    const both = { ...alice, chips: [chip("userIdentity.userName", "al*"), chip("acsRegion", "cn")] };
    expect([eventsOf(alice, side(alice), { field: "eventName", value: "Stop" }).f, eventsOf(alice, side(alice)).f]).toEqual([
      [["userIdentity.userName", "alice"], ["eventName", "Stop"]], [["userIdentity.userName", "alice"]],
    ]);
    expect([eventsOf(both, side(both)).q, eventsOf(both, side(both)).f]).toEqual(['userIdentity.userName: "al*" and acsRegion: "cn"', [["userIdentity.userName", "alice"]]]);
  });

  it("is asked for by itself within what its side asks", () => {
    expect([narrowed(side(periods), "errorCode", ["NoPermission", ""]).query, narrowed(side(state({})), "eventName", ["x"]).query]).toEqual([
      `(${side(periods).question.query}) and ((errorCode: "NoPermission" or not errorCode: *))`, 'eventName: "x"',
    ]);
    expect([askable(""), askable("x"), askable("/"), askable("*"), askable("?:/"), askable("名"), askable("x".repeat(501))]).toEqual([true, true, false, false, false, true, false]);
  });
});
