// What the service says is wrong, in the other language: whole, and never half.
import { expect, test } from "vitest";
import { MISTAKES, mistakeWords } from "./mistakes.ts";

test("each text in Chinese has the values of the one in English", () => {
  expect(Object.entries(MISTAKES).filter(([english, chinese]) => english.split("{}").length !== chinese.split("{}").length || /[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(chinese))).toEqual([]);
});

test.each([
  ["expected `)`, found the end", "此处应为`)`，实为结尾"],
  ["expected `and`, `or` or the end, found `)`", "此处应为 `and`、`or` 或结尾，实为`)`"],
  ["The parenthesis at column 3 is still open.", "第 3 列的括号尚未关闭。"],
  ["Write it as 2026-01-31T23:59:59Z: it '2026-13-01' is not on the calendar.", "请写成 2026-01-31T23:59:59Z：'2026-13-01' 在日历中不存在。"],
  ["there is no such operator; there are Bool, IpAddress", "没有此运算符；可用的有 Bool, IpAddress"],
  ["has 3 bytes of 12", "有 3 字节，应为 12 字节"],
  ["this or that, which nobody here ever said", "this or that, which nobody here ever said"],
])("%s", (english, chinese) => {
  expect([mistakeWords("zh", english), mistakeWords("en", english)]).toEqual([chinese, english]);
});
