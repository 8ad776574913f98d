import { expect, test } from "vitest";
import { inert, inlined, PLACE } from "./inline.ts";

const HOSTILE = ['</script><script>alert(1)</script>', "<!--<script>", "]]>", "$&$`$'$1", "\u2028\u2029", "\u202egnp.exe", "\u001b[31m", '=HYPERLINK("x")', "\ud800 alone", "&lt;/script&gt;", "\\u003c/script>", PLACE];

test.each(HOSTILE)("%j is data, and comes out as it went in", (text) => {
  const written = inert({ text, [text]: [text] });
  expect(written).not.toMatch(/[<>&\u2028\u2029]/);
  expect(JSON.parse(written)).toEqual({ text, [text]: [text] });
});

test("the data stands in its place, whatever it says", () => {
  const data = HOSTILE.map((text) => ({ text }));
  const page = inlined(`<script type="application/json">${PLACE}</script><p>after</p>`, data);
  const [, found = ""] = /^<script type="application\/json">(.*?)<\/script><p>after<\/p>$/s.exec(page) ?? [];
  expect(JSON.parse(found)).toEqual(data);
});

test.each(["<p>no place</p>", `${PLACE}${PLACE}`])("a page without a single place is refused: %s", (page) => {
  expect(() => inlined(page, {})).toThrow("place for its data");
});
