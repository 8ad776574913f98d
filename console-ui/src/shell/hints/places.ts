// Where the letters stand: at what they press, in sight, and none over another. Pure.

export interface Spot {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const HEIGHT = 16;
const GAP = 1;
const STEP = 5;
const STEPS_MAX = 40;

/** Wide enough for so many letters of the badge's type. */
export const widthOf = (code: string): number => 8 + 7 * code.length;

const apart = (one: Spot, other: Spot): boolean =>
  one.left + one.width + GAP <= other.left || other.left + other.width + GAP <= one.left || one.top + one.height + GAP <= other.top || other.top + other.height + GAP <= one.top;

/** Nearer places first: over the corner, then beside and below it, then ever further along. */
function* around(at: { x: number; y: number }, width: number): Generator<[number, number]> {
  yield [at.x - 4, at.y - 7];
  yield [at.x - width - 1, at.y];
  yield [at.x, at.y + HEIGHT / 2];
  yield [at.x - 4, at.y - HEIGHT - 4];
  for (let step = 1; step <= STEPS_MAX; step += 1) {
    yield [at.x + step * STEP, at.y - 7];
    yield [at.x - 4, at.y - 7 + step * STEP];
    yield [at.x - 4 - step * STEP, at.y - 7];
    yield [at.x - 4, at.y - 7 - step * STEP];
  }
}

/** A spot for each code at its corner; all within `view`. */
export function spots(corners: readonly { x: number; y: number }[], codes: readonly string[], view: { width: number; height: number }): Spot[] {
  const taken: Spot[] = [];
  corners.forEach((corner, at) => {
    const width = widthOf(codes[at] ?? "");
    const within = ([left, top]: [number, number]): Spot => ({
      left: Math.min(Math.max(Math.round(left), 0), view.width - width), top: Math.min(Math.max(Math.round(top), 0), view.height - HEIGHT), width, height: HEIGHT,
    });
    let found = within([corner.x - 4, corner.y - 7]);
    for (const wanted of around(corner, width)) {
      const spot = within(wanted);
      if (taken.every((other) => apart(spot, other))) {
        found = spot;
        break;
      }
    }
    taken.push(found);
  });
  return taken;
}
