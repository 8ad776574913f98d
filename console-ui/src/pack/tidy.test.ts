import { describe, expect, test } from "vitest";
import { EMPTY, NOTE_MAX, noted, noteOn, tidy, TITLE_MAX, unpinned } from "./tidy.ts";

describe("a case file", () => {
  test.each([null, 7, "text", [], { notes: [] }, { title: 5, notes: { a: 1, b: "" } }])("is empty where %j was kept", (kept) => {
    expect(tidy(kept)).toEqual(EMPTY);
  });

  test("comes back as it was kept, and never longer than it may be", () => {
    const kept = { title: "t", summary: "s", notes: { a: "n", __proto__x: "p" } };
    expect(tidy(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
    expect(tidy({ title: "x".repeat(900) }).title).toHaveLength(TITLE_MAX);
    expect(tidy({ title: "😀".repeat(900) }).title).toBe("😀".repeat(TITLE_MAX / 2));
  });

  test("takes a note on any id, and none of a name that objects have", () => {
    let one = noted(EMPTY, "__proto__", "x");
    one = noted(one, "constructor", "y");
    expect([noteOn(one, "__proto__"), noteOn(one, "constructor"), noteOn(one, "toString"), noteOn(tidy(JSON.parse(JSON.stringify(one))), "__proto__")]).toEqual(["x", "y", "", "x"]);
  });

  test("has no note where an empty one was written, and no longer one than may be", () => {
    expect(noted(noted(EMPTY, "a", "x"), "a", "")).toEqual(EMPTY);
    expect(noteOn(noted(EMPTY, "a", "x".repeat(NOTE_MAX + 9)), "a")).toHaveLength(NOTE_MAX);
  });

  test("knows the notes of what is not pinned", () => {
    expect(unpinned(noted(noted(EMPTY, "a", "x"), "b", "y"), ["b", "c"])).toEqual(["a"]);
  });
});
