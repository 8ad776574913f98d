import { describe, expect, it } from "vitest";
import { codes } from "./codes.ts";
import { spots } from "./places.ts";

const VIEW = { width: 800, height: 600 };

function over(all: ReturnType<typeof spots>): number {
  return all.filter((one, at) => all.some((other, place) => place > at && one.left < other.left + other.width && other.left < one.left + one.width && one.top < other.top + other.height && other.top < one.top + one.height)).length;
}

describe("where the letters stand", () => {
  it("is at the corner of what they press, where there is room", () => {
    expect(spots([{ x: 100, y: 100 }], ["a"], VIEW)).toEqual([{ left: 96, top: 93, width: 15, height: 16 }]);
  });

  it("is in sight at every edge", () => {
    const all = spots([{ x: 0, y: 0 }, { x: 799, y: 599 }, { x: 799, y: 0 }, { x: 0, y: 599 }], ["a", "mm", "mn", "b"], VIEW);
    expect(all.filter((one) => one.left < 0 || one.top < 0 || one.left + one.width > 800 || one.top + one.height > 600)).toEqual([]);
  });

  it("is never over another, also where much stands on one spot", () => {
    const close = Array.from({ length: 40 }, (_, at) => ({ x: 200 + (at % 8) * 9, y: 200 + Math.floor(at / 8) * 7 }));
    expect(over(spots([...close, ...close], codes(80), VIEW))).toBe(0);
  });
});
