// Questions with blanks: `${name}` or `${name:what is usual}` in a kept question, and how each blank is filled. Pure.
//
// What fills a blank is data wherever it stands: in the selector it is a quoted value, in SQL a quoted text or a number.
import { quoted } from "./language.ts";

export interface Blank {
  name: string;
  usual: string;
}

// A quoted piece of either language, a bar, or a blank. Blanks inside quotes are found in the second step.
const PIECES = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\||\$\{[^{}]*\}/g;
const BLANK = /\$\{([^{}:]+)(?::([^{}]*))?\}/g;

/** The blanks of `text`, each once, in the order in which they come. */
export function blanks(text: string): Blank[] {
  const found = new Map<string, Blank>();
  for (const [, name = "", usual] of text.matchAll(BLANK)) {
    const before = found.get(name.trim());
    if (!before || (!before.usual && usual)) found.set(name.trim(), { name: name.trim(), usual: usual ?? "" });
  }
  return [...found.values()];
}

/** `text` with its blanks filled; one without a value gets what is usual. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  const usual = Object.fromEntries(blanks(text).map((one) => [one.name, one.usual]));
  const valueOf = (name: string): string => values[name.trim()] || usual[name.trim()] || "";
  let sql = false;
  return text.replace(PIECES, (piece) => {
    if (piece === "|") {
      sql = true;
      return piece;
    }
    if (piece.startsWith("$"))
      return piece.replace(BLANK, (_, name: string) => (sql ? inSql(valueOf(name)) : quoted(valueOf(name))));
    const escape = piece.startsWith("'") && sql ? (value: string) => value.replace(/'/g, "''") : (value: string) => value.replace(/[\\"']/g, "\\$&");
    return piece.replace(BLANK, (_, name: string) => escape(valueOf(name)));
  });
}

function inSql(value: string): string {
  return /^-?\d+(\.\d+)?$/.test(value) ? value : `'${value.replace(/'/g, "''")}'`;
}
