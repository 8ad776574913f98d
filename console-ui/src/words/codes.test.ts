// The words of error codes are held to the reference, which a test of the service holds to its table of codes.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sentenceOf } from "../parts/sentence.ts";
import { codes } from "./codes.ts";
import { WORDS } from "./words.ts";

const PAGE = readFileSync(new URL("../../../docs/reference/errors.md", import.meta.url), "utf-8");
const TOLD = [...PAGE.matchAll(/^\| \d{3} \| `([^`]+)` \|/gm)].map(([, code = ""]) => code.replace("<Parameter>", ""));
// Not codes of the service: what it answers when a refusal was forgotten, an export that failed later, and what the page itself tells.
const OTHERS = ["InvalidParameter", "DiskFull", "Unreachable", "elsewhere"];

test("every error code of the service has a sentence in both languages, and there is no sentence for a code that is none", () => {
  expect(Object.keys(codes).sort()).toEqual([...TOLD, ...OTHERS].map((code) => `failed.${code}`).sort());
});

test("each sentence in Chinese is Chinese, and asks for the same values", () => {
  const values = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String);
  const wrong = Object.entries(codes).filter(([, [english, chinese]]) => !/[\u4e00-\u9fff]/.test(chinese) || String(values(english)) !== String(values(chinese)));

  expect(wrong).toEqual([]);
});

test.each([
  [{ code: "NoPermission", status: 403 }, "failed.NoPermission"],
  [{ code: "MissingTrailName", status: 400 }, "failed.Missing"],
  [{ code: "MissingSecurityToken", status: 400 }, "failed.MissingSecurityToken"],
  [{ code: "502", status: 502 }, "failed.elsewhere"],
  [{ code: "SomethingNew", status: 400 }, "state.failed"],
  [{ code: "Fault", status: 0 }, "state.failed"],
])("%o is told as %s", (failure, word) => {
  expect([sentenceOf(failure), word in WORDS]).toEqual([word, true]);
});
