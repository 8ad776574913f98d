// Files that people give: as text, as JSON with the line of a mistake, and as the events of a body. Pure.
import { BadProof } from "./merkle.ts";

/** What kind of file this plainly is, if it is none that shows anything. */
export function notEvidence(file: Uint8Array): string {
  if (file.length === 0) return "the file is empty";
  const starts = (...bytes: number[]): boolean => bytes.every((byte, at) => file[at] === byte);
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) return "the file is UTF-16 text, and evidence is UTF-8: give it as it came, not as an editor saved it";
  if (starts(0xef, 0xbb, 0xbf)) return "the file begins with a byte order mark: give it as it came, not as an editor saved it";
  if (starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff) || starts(0x47, 0x49, 0x46)) return "the file is a picture: give the file itself, not a screenshot of it";
  if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x1f, 0x8b)) return "the file is compressed: unpack it first";
  if (starts(0x25, 0x50, 0x44, 0x46)) return "the file is a PDF";
  if (file.subarray(0, 512).includes(0)) return "the file is no text";
  return "";
}

/** Whether `file` begins as JSON does, behind white space. */
export function looksLikeJson(file: Uint8Array): boolean {
  const first = file.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
  return first === 0x7b || first === 0x5b;
}

/** The text of `file`; throws `BadProof`, in plain words. */
export function decoded(file: Uint8Array): string {
  const plainly = notEvidence(file);
  if (plainly) throw new BadProof(plainly);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw new BadProof("the file is not UTF-8 text");
  }
}

/** The JSON in `text`; throws `BadProof` with the line of the mistake. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const at = breaksAt(text);
    throw new BadProof(at >= text.trimEnd().length ? "the file is no JSON: it breaks off" : `the file is no JSON from line ${text.slice(0, at).split("\n").length} on`);
  }
}

const TOKEN = /([{}[\],:])|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Where `text` stops being JSON: browsers do not agree on how to tell. */
function breaksAt(text: string): number {
  const inside: string[] = [];
  let wanted: "value" | "first value" | "name" | "first name" | "colon" | "next" = "value";
  let at = 0;
  for (;;) {
    while (" \t\r\n".includes(text[at] ?? "x")) at += 1;
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) return at;
    const [token, sign] = found;
    const open = inside.at(-1);
    if (wanted === "colon") {
      if (sign !== ":") return at;
      wanted = "value";
    } else if ((wanted === "next" && sign === ",") && open) {
      wanted = open === "{" ? "name" : "value";
    } else if ((wanted === "next" || wanted.startsWith("first")) && ((sign === "}" && open === "{") || (sign === "]" && open === "["))) {
      inside.pop();
      wanted = "next";
    } else if (wanted.endsWith("name") && token.startsWith('"')) {
      wanted = "colon";
    } else if (wanted.endsWith("value") && (!sign || sign === "{" || sign === "[")) {
      if (sign) inside.push(sign);
      wanted = sign === "{" ? "first name" : sign === "[" ? "first value" : "next";
    } else return at;
    at += token.length;
  }
}

const ENVELOPES = ["Records", "records", "items", "Events", "entries", "value"];

/** The events of a body, with the line each begins on: a list, one, an envelope around many, or one on each line; undefined for what is no JSON. */
export function eventsOf(body: Uint8Array): { line: number; event: unknown }[] {
  const text = new TextDecoder().decode(body);
  try {
    return wrapped(JSON.parse(text)).map((event) => ({ line: 1, event }));
  } catch {
    const found: { line: number; event: unknown }[] = [];
    for (const [at, line] of text.split("\n").entries()) {
      if (!line.trim()) continue;
      try {
        found.push({ line: at + 1, event: JSON.parse(line) });
      } catch {
        found.push({ line: at + 1, event: undefined }); // refused when it was sent
      }
    }
    return found;
  }
}

function wrapped(whole: unknown): unknown[] {
  if (Array.isArray(whole)) return whole;
  if (typeof whole === "object" && whole !== null && !("eventName" in whole) && !("auditID" in whole)) {
    const name = ENVELOPES.find((one) => Array.isArray((whole as Record<string, unknown>)[one]));
    if (name) return (whole as Record<string, unknown[]>)[name] as unknown[];
  }
  return [whole];
}
