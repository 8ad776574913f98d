// Text to the clipboard, and a word that it is there.
import { preferences } from "../shell/preferences.ts";
import { sayIn } from "../shell/words.ts";

let tell: (text: string) => void = () => undefined;

export function tellBy(how: (text: string) => void): void {
  tell = how;
}

export function copy(text: string): void {
  const done = () => tell(sayIn(preferences().language)("events.copied"));
  if (navigator.clipboard) {
    navigator.clipboard.writeText(text).then(done, () => byHand(text, done));
  } else byHand(text, done);
}

/** For pages that are served without TLS from another machine, where browsers offer no clipboard. */
function byHand(text: string, done: () => void): void {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  if (document.execCommand("copy")) done();
  area.remove();
}
