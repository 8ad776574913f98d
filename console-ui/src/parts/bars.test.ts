// Whatever happened has a bar that can be seen, however long the range is.
import { expect, test } from "vitest";
import { bars, HEIGHT, WIDTH } from "./bars.ts";

const START = Date.parse("2020-01-01T00:00:00Z");
const YEAR = 365 * 86_400_000;
const at = (ms: number, count: number) => ({ start: new Date(START + ms).toISOString(), count });

test("two events in thirty years are seen, the first and the last of them", () => {
  const drawn = bars({ buckets: [at(0, 1), at(30 * YEAR - 3_600_000, 1)], stepSeconds: 3600, total: 2 } as never, START, START + 30 * YEAR);

  expect(drawn.map(({ x, width, height }) => [width >= 3, height > 0, x >= 0, x + width <= WIDTH])).toEqual([[true, true, true, true], [true, true, true, true]]);
});

test("one beside a million is seen, and none is not drawn", () => {
  const drawn = bars({ buckets: [at(0, 1_000_000), at(3_600_000, 1), at(7_200_000, 0)], stepSeconds: 3600, total: 1_000_001 } as never, START, START + 10_800_000);

  expect(drawn.map(({ height }) => height)).toEqual([HEIGHT - 6, 3, 0]);
});

test("a bucket that begins before the range, or ends after it, stands within the drawing", () => {
  const drawn = bars({ buckets: [at(-600_000, 1), at(3_000_000, 1)], stepSeconds: 3600, total: 2 } as never, START, START + 3_600_000);

  expect(drawn.every(({ x, width }) => x >= 0 && x + width <= WIDTH)).toBe(true);
});
