// Letters for what can be pressed: short, none the beginning of another, the same for the same page. Pure.

/** The keys under the fingers first. No digit and no sign: those are other keys on other keyboards. */
export const LETTERS = "asdfjklghqwertyuiopzxcvbnm";

/**
 * `count` codes. As many as can be are one letter, and they come first; the last letters of the alphabet begin the
 * longer ones. So the first things of a page keep their letter when more are added behind them.
 */
export function codes(count: number, letters = LETTERS): string[] {
  let short = [...letters].slice(0, Math.max(count, 0));
  let deeper: string[] = [];
  // Each code that becomes a beginning makes room for as many as there are letters, and takes its own place away.
  while (short.length + deeper.length < count) {
    if (short.length === 0) [short, deeper] = [deeper, []];
    const begins = short.pop() as string;
    deeper.push(...[...letters].map((letter) => begins + letter));
  }
  return [...short, ...deeper].slice(0, count);
}

/** What `typed` still leads to, and which it names outright (-1 while it names none). */
export function narrowed(all: readonly string[], typed: string): { open: number[]; named: number } {
  const open = all.flatMap((code, at) => (code.startsWith(typed) ? [at] : []));
  return { open, named: all.indexOf(typed) };
}
