// A mistake in what was typed, shown at its place: the line, what is wrong underlined, and what was expected.
import { masked, plain } from "../event/inert.ts";
import type { Mistake } from "../query/language.ts";

export function MistakeAt({ text, mistake }: { text: string; mistake: Mistake }) {
  const line = text.split("\n")[mistake.line - 1] ?? "";
  const at = Math.max(mistake.column - 1, 0);
  return (
    <pre className="mistake" role="alert">
      {masked(line.slice(0, at))}<mark>{masked(line.slice(at, at + wrongLength(line, at))) || " "}</mark>{masked(line.slice(at + wrongLength(line, at)))}
      {"\n"}
      {" ".repeat(at)}^ {plain(mistake.what, 300)}
    </pre>
  );
}

/** How much of `line` is wrong from `at` on: the word there, or the one character. */
export function wrongLength(line: string, at: number): number {
  return /^[^\s()]+/.exec(line.slice(at))?.[0].length ?? 1;
}
