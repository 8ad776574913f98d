// The catalogue of problems is held to the proofs' own source: whatever they tell has its other language here.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PROBLEMS, problemIn } from "./problems.ts";

const PROOFS = new URL("../proof/", import.meta.url);
const STRING = String.raw`"((?:[^"\\]|\\.)*)"|${"`"}((?:[^${"`"}\\]|\\.)*)${"`"}`;

/** What the proofs tell of a failure: what is thrown, and what is returned as a text that says what is wrong. */
function told(): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(PROOFS).filter((one) => one.endsWith(".ts") && !one.endsWith(".test.ts"))) {
    for (const line of readFileSync(new URL(name, PROOFS), "utf-8").split("\n")) {
      if (!/new Bad(Proof|Note|Handover)\(|return "the file|return `line |\? `line |: `line |"the file is/.test(line)) continue;
      for (const one of line.matchAll(new RegExp(STRING, "g"))) {
        const text = (one[1] ?? one[2] ?? "").replace(/\\`/g, "`").replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "{}");
        if (/[a-z]+ [a-z{}]+ /.test(text) || Object.hasOwn(PROBLEMS, text)) found.add(text);
      }
    }
  }
  return found;
}

test("every problem that a proof tells has its words in Chinese, and no other is translated", () => {
  expect([...told()].sort()).toEqual(Object.keys(PROBLEMS).sort());
});

test("each text in Chinese has the values of the one in English", () => {
  expect(Object.entries(PROBLEMS).filter(([english, chinese]) => english.split("{}").length !== chinese.split("{}").length || /[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(chinese))).toEqual([]);
});

test.each([
  ["the proof has a hash too few", "证明缺少一个哈希"],
  ["a log of 5 entries has no entry 7", "含 5 个条目的日志没有第 7 个条目"],
  ["hand-over 2: the signature is false: the note was altered, or not signed by this key", "第 2 次交接：签名无效：文本已被更改，或并非由此密钥签名"],
  ["hand-over 3 is of a shorter log than the one before", "第 3 次交接时的日志短于前一次"],
  ["a hand-over of another log: a.example, not b.example", "属于另一日志的交接：a.example，而非 b.example"],
  ["not a signature line: — x\ny", "不是签名行：— x\ny"],
  ["what nobody here ever said", "what nobody here ever said"],
])("%s", (english, chinese) => {
  expect([problemIn("zh", english), problemIn("en", english)]).toEqual([chinese, english]);
});
