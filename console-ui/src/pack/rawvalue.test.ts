import { expect, test } from "vitest";
import { rawAt } from "./rawvalue.ts";

test.each([
  ['{"event":{"index":3,"event":{"n":12345678901234567890,"s":"a\\"}{,:"}},"seen":{}}', ["event", "event"], '{"n":12345678901234567890,"s":"a\\"}{,:"}'],
  ['{"a":[{"event":1},2],"event":1.0}', ["event"], "1.0"],
  ['{ "\\u0065vent" : [1, 2] , "b" : {} }', ["event"], "[1, 2]"],
  ['{"event":"x: y, z}"}', ["event"], '"x: y, z}"'],
  ['{"event":1,"event":2}', ["event"], "2"],
  ['{"":{"":true}}', ["", ""], "true"],
  ["{}", ["event"], undefined],
  ['{"seen":{"event":1}}', ["event"], undefined],
  ["[1]", ["0"], undefined],
  ['{"a":{"b":null},"c":{}}', ["a", "b"], "null"],
] as [string, string[], string | undefined][])("%s at %j", (json, path, text) => {
  expect(rawAt(json, ...path)).toBe(text);
});

test("what is cut out says the same as what a parser reads", () => {
  const document = { event: { event: { list: [1, "]", { x: "}" }], text: 'a "b" \\ \u2028', deep: { event: [] } } }, seen: { size: 3 } };
  for (const written of [JSON.stringify(document), JSON.stringify(document, null, 2)])
    expect(JSON.parse(rawAt(written, "event", "event") ?? "")).toEqual(document.event.event);
});
