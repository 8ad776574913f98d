// Where the bars of a histogram stand, in the units of its drawing. Pure.
import type { Histogram as Data } from "../service/types.ts";

export const WIDTH = 1000;
export const HEIGHT = 72;
// On a phone, where the drawing is 350 pixels wide, this is one of them; nothing that happened is narrower or lower.
const NARROWEST = 3;
const LOWEST = 3;
const FILLED = 0.84; // of a step; the rest parts it from the next

export interface Bar {
  x: number;
  width: number;
  height: number;
  start: number;
  events: number;
}

/** What is drawn over the bars: a rate to compare them with (events a minute), a span that is meant. */
export interface Marks {
  levels?: readonly { perMinute: number; name: string; kind: "usual" | "unusual" }[];
  band?: readonly [number, number];
  /** Events a minute that are drawn highest, where several drawings have one scale. */
  most?: number;
}

/** The number of events that is drawn highest. */
export function highest(data: Data, levels: Marks["levels"] = []): number {
  const minutes = data.stepSeconds / 60;
  return Math.max(...data.buckets.map((one) => one.count), ...levels.map((one) => one.perMinute * minutes), 1);
}

/** A bar for each bucket, none of them outside the drawing, and none too small to be seen where something happened. */
export function bars(data: Data, from: number, to: number, most = highest(data)): Bar[] {
  const span = Math.max(to - from, 1);
  const step = ((data.stepSeconds * 1000) / span) * WIDTH;
  const width = Math.max(step * FILLED, NARROWEST);
  return data.buckets.map((one) => {
    const start = Date.parse(one.start);
    const middle = ((start - from) / span) * WIDTH + step / 2;
    const x = Math.min(Math.max(middle - width / 2, 0), WIDTH - width);
    const height = one.count > 0 ? Math.max((one.count / most) * (HEIGHT - 6), LOWEST) : 0;
    return { x, width, height, start, events: one.count };
  });
}
