// One is told as one, in every word that counts something.
import { expect, test } from "vitest";
import { filled } from "./filled.ts";
import { pack } from "./pack.ts";
import { viewer } from "./viewer.ts";
import { WORDS } from "./words.ts";

const ALL = Object.entries({ ...WORDS, ...pack, ...viewer });

test.each([
  ["Last {n}", { n: "1 day" }, "Last 1 day"],
  ["{n} {n|event|events}", { n: 1 }, "1 event"],
  ["{n} {n|event|events}", { n: "1" }, "1 event"],
  ["{n} {n|event|events}", { n: "1,001" }, "1,001 events"],
  ["{n} {n|record is|records are} on {n|its|their} way", { n: 0 }, "0 records are on their way"],
  ["{n} of {all}", { n: 2 }, "2 of {all}"],
])("%s with %o", (text, values, said) => {
  expect(filled(text, values)).toBe(said);
});

// Numbers that are never one, and words that are no plural of what is counted.
const NO_COUNT = /\{(?:what|from|id|who|since|until|action|account|origin|nearest|all|done|ledger|total|old|now|bytes|events|looked|reason|t)\}|\{n\} (?:ms|characters|times|reason|is|as) ?/;

test("whatever is counted has a word for one", () => {
  const plural = ALL.filter(([, [english]]) => /\{\w+\} [a-z]+s\b/.test(english) && !NO_COUNT.test(english)).map(([word, [english]]) => `${word}: ${english}`);

  expect(plural).toEqual([]);
});

test("English asks for the same values as Chinese", () => {
  const values = (text: string) => [...new Set([...text.matchAll(/(?<!\$)\{(\w+)/g)].map(([, name]) => name))].sort().join();

  expect(ALL.filter(([, [english, chinese]]) => values(english) !== values(chinese)).map(([word]) => word)).toEqual([]);
});
