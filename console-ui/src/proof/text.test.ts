// What people give instead of evidence, and where a file stops being JSON.
import { describe, expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { decoded, json, looksLikeJson } from "./text.ts";

const problem = (work: () => unknown): string => {
  try {
    work();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("JSON with a mistake is told with its line", () => {
  it.each([
    ['{\n "a": 1,\n "b": }', "line 3"],
    ['{"a": 1,\n}', "line 2"],
    ['[1,\n2,\n,3]', "line 3"],
    ['{"a" 1}', "line 1"],
    ['{"a": 1}\n\nx', "line 3"],
    ['{"a": "\nb"}', "line 1"],
    ["[1, 2", "breaks off"],
    ['{"a": [', "breaks off"],
    ["{", "breaks off"],
    ["[]]", "line 1"],
    ["[1}", "line 1"],
    [",", "line 1"],
  ])("%j", (text, where) => {
    expect(problem(() => json(text))).toContain(where);
  });

  it("and what is JSON is read", () => {
    expect(json('{"a": [1, -2.5e3, "\\u00e9", true, null, {}, []]}')).toEqual({ a: [1, -2500, "\u00e9", true, null, {}, []] });
  });
});

it.each<[number[], string]>([
  [[], "empty"],
  [[0xff, 0xfe, 0x63, 0], "UTF-16"],
  [[0xef, 0xbb, 0xbf, 0x63], "byte order mark"],
  [[0x89, 0x50, 0x4e, 0x47], "a picture"],
  [[0x1f, 0x8b, 8], "compressed"],
  [[0x25, 0x50, 0x44, 0x46], "PDF"],
  [[0x63, 0, 0x63], "no text"],
  [[0x63, 0xc3, 0x28], "not UTF-8"],
])("says of %j what it is", (bytes, what) => {
  expect(problem(() => decoded(Uint8Array.from(bytes)))).toContain(what);
});

it("tells JSON by its first character", () => {
  expect(["  {", "\n[", "c2sp", ""].map((text) => looksLikeJson(utf8(text)))).toEqual([true, true, false, false]);
});
