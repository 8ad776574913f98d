// What is typed and what is clicked, as one query.
import { describe, expect, it } from "vitest";
import { compose, mistakeIn, placeAt, term } from "./language.ts";

describe("a term", () => {
  it.each([
    [{ field: "eventName", value: "StopLogging", not: false }, 'eventName: "StopLogging"'],
    [{ field: "userAgent", value: 'a "b" \\c', not: true }, 'not userAgent: "a \\"b\\" \\\\c"'],
    [{ field: "errorCode", value: "", not: false }, "not errorCode: *"],
    [{ field: "errorCode", value: "", not: true }, "errorCode: *"],
    [{ field: "requestParameters.a b", value: "x", not: false }, '"requestParameters.a b": "x"'],
  ])("%j", (chip, text) => expect(term(chip)).toBe(text));
});

describe("a query", () => {
  it("widens within a field and narrows between fields", () => {
    const chips = [
      { field: "eventName", value: "A", not: false },
      { field: "eventName", value: "B", not: false },
      { field: "errorCode", value: "", not: true },
    ];
    expect(compose("alice or bob", chips, { hideReads: true })).toBe('(alice or bob) and (eventName: "A" or eventName: "B") and errorCode: * and not eventRW: Read');
  });

  it("is what was typed if nothing was clicked", () => expect([compose(" x ", []), compose("*", []), compose("", [])]).toEqual(["x", "", ""]));
});

describe("completion", () => {
  it.each([
    ["eventN", { kind: "field", from: 0, written: "eventN", field: "" }],
    ["alice and eventName: Del", { kind: "value", from: 21, written: "Del", field: "eventName" }],
    ['(event.errorCode:"No Per', { kind: "value", from: 17, written: "No Per", field: "errorCode" }],
  ])("%s", (text, place) => expect(placeAt(text, text.length)).toEqual(place));
});

describe("a mistake", () => {
  it("has a place", () => {
    expect(mistakeIn("line 1, column 28: expected a value, found `)`\n  alice")).toEqual({ line: 1, column: 28, what: "expected a value, found `)`", remedy: "" });
    expect(mistakeIn("line 1, column 7: expected `)`, found the end\n  (alice\n        ^\nThe parenthesis at column 1 is still open.")?.remedy).toBe("The parenthesis at column 1 is still open.");
    expect(mistakeIn("the service is unavailable")).toBeNull();
  });
});
