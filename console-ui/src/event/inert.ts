// Values of events, made safe to look at. Pure.
//
// React writes text, never markup, so HTML is inert already. What is left: characters that change what a
// reader sees without being seen themselves. They are shown as what they are.

export interface Piece {
  text: string;
  /** The name of a character that would have been invisible, such as `U+202E`. */
  hidden: boolean;
}

// Controls, ANSI's escape among them; bidirectional marks and overrides; zero-width and other invisible characters.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

export const SHOWN_MAX = 2000;

/** `text` cut at what cannot be seen. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index), hidden: false });
    found.push({ text: codePoint(match[0]), hidden: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ text: text.slice(at), hidden: false });
  return found;
}

/** `text` as one plain line for places that hold no markup: a title, a label. */
export function plain(text: string, most = 300): string {
  const whole = pieces(cut(text, most)).map((piece) => (piece.hidden ? `⟨${piece.text}⟩` : piece.text));
  return whole.join("").replace(/\s+/g, " ");
}

/** `text` in its own length: where columns are counted, what cannot be seen is one `·` for each unit of it. */
export function masked(text: string): string {
  return text.replace(HIDDEN, (found) => "·".repeat(found.length));
}

/** `text`, at most `most` UTF-16 units of it, never cut inside a character. */
export function cut(text: string, most = SHOWN_MAX): string {
  if (text.length <= most) return text;
  const end = /[\ud800-\udbff]/.test(text[most - 1] ?? "") ? most - 1 : most;
  return `${text.slice(0, end)}…`;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
