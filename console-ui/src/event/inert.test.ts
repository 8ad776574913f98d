// Hostile text is shown, and does nothing.
import { describe, expect, it } from "vitest";
import { cut, masked, pieces, plain } from "./inert.ts";

describe("hidden characters", () => {
  it.each([
    ["a\u202egpj.exe", "a⟨U+202E⟩gpj.exe"],
    ["\u001b[31mred", "⟨U+001B⟩[31mred"],
    ["zero\u200bwidth", "zero⟨U+200B⟩width"],
    ["<script>alert(1)</script>", "<script>alert(1)</script>"],
    ["中文 ok", "中文 ok"],
  ])("%j", (text, shown) => expect(plain(text)).toBe(shown));

  it("are pieces of their own", () => expect(pieces("a\u0007b").map((piece) => piece.hidden)).toEqual([false, true, false]));
});

describe("a masked text", () => {
  it("has no hidden character and its own length", () => expect(masked("a\u202eb\u001b[0m\u{e0001}c")).toBe("a·b·[0m··c"));
});

describe("a cut", () => {
  it("never halves a character", () => expect(cut("ab😀", 3)).toBe("ab…"));
  it("keeps what is short enough", () => expect(cut("abc", 3)).toBe("abc"));
});
