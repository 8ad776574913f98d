// A mistake in what was typed, shown at its place: the line, what is wrong underlined, and what was expected.
import { masked, plain } from "../event/inert.ts";
import type { Mistake } from "../query/language.ts";
import type { Failure } from "../service/client.ts";
import { usePreferences } from "../shell/preferences.ts";
import { useSay } from "../shell/words.ts";
import { mistakeWords } from "../words/mistakes.ts";
import { Traced } from "./Failed.tsx";
import { sentenceOf } from "./sentence.ts";

export function MistakeAt({ text, mistake, failure }: { text: string; mistake: Mistake; failure: Failure }) {
  const say = useSay();
  const { language } = usePreferences();
  const line = text.split("\n")[mistake.line - 1] ?? "";
  const at = Math.max(mistake.column - 1, 0);
  return (
    <div role="alert" className="mistaken">
      <p className="bad">{say(sentenceOf(failure))}</p>
      <pre className="mistake" tabIndex={0}>
        {masked(line.slice(0, at))}<mark>{masked(line.slice(at, at + wrongLength(line, at))) || " "}</mark>{masked(line.slice(at + wrongLength(line, at)))}
        {"\n"}
        {" ".repeat(at)}^ {plain(mistakeWords(language, mistake.what), 300)}
      </pre>
      {mistake.remedy && <p>{plain(mistakeWords(language, mistake.remedy), 300)}</p>}
      <Traced failure={failure} />
    </div>
  );
}

/** How much of `line` is wrong from `at` on: the word there, or the one character. */
export function wrongLength(line: string, at: number): number {
  return /^[^\s()]+/.exec(line.slice(at))?.[0].length ?? 1;
}
