// Signed notes and checkpoints (C2SP): a text, who signed it, and whether the signature is true. Pure but for WebCrypto.
import { fromBase64, join, same, sha256, toHex, utf8 } from "./bytes.ts";

export class BadNote extends Error {}

export interface Signature {
  name: string;
  keyId: Uint8Array;
  value: Uint8Array;
}

export interface Note {
  text: string;
  signatures: Signature[];
}

export interface Verifier {
  vkey: string;
  name: string;
  keyId: Uint8Array;
  key: Uint8Array;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

const ED25519 = 1;
const SIGNATURES_MAX = 100;

/** The note in `text`, nothing verified. */
export function parseNote(text: string): Note {
  // eslint-disable-next-line no-control-regex -- a note may hold no control character but the line feed
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new BadNote("a note with a control character in it");
  const at = text.lastIndexOf("\n\n");
  if (at < 0 || !text.endsWith("\n")) throw new BadNote("a note without signatures");
  const lines = text.slice(at + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new BadNote(`a note with ${lines.length} signatures`);
  return { text: text.slice(0, at + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Signature {
  const parts = /^— (\S+) (\S+)$/.exec(line);
  const value = parts ? fromBase64(parts[2] ?? "") : null;
  if (!parts || !value || value.length <= 4) throw new BadNote(`not a signature line: ${line.slice(0, 80)}`);
  return { name: parts[1] ?? "", keyId: value.slice(0, 4), value: value.slice(4) };
}

/** The key that `vkey` (`name+0123abcd+base64`) names; its id is computed, not believed. */
export async function parseVkey(vkey: string): Promise<Verifier> {
  const parts = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim());
  const bytes = parts ? fromBase64(parts[3] ?? "") : null;
  if (!parts || !bytes) throw new BadNote("not a verifier key; it reads name+0123abcd+base64");
  const name = parts[1] ?? "";
  if (bytes[0] !== ED25519 || bytes.length !== 33)
    throw new BadNote("the verifier key is not an Ed25519 key, which is the only kind that a browser checks here");
  const keyId = (await sha256(join(utf8(`${name}\n`), bytes))).slice(0, 4);
  if (toHex(keyId) !== parts[2]) throw new BadNote("the verifier key does not agree with its own id");
  return { vkey: vkey.trim(), name, keyId, key: bytes.slice(1) };
}

/** The text of `note` once `verifier` is seen to have signed it; throws `BadNote` if it has not. */
export async function openNote(note: string, verifier: Verifier): Promise<string> {
  return (await openBy(note, [verifier])).text;
}

/** The text of `note`, and which of `verifiers` are seen to have signed it, at least one. A false signature by one of them spoils it. */
export async function openBy(note: string, verifiers: readonly Verifier[]): Promise<{ text: string; by: Verifier[] }> {
  const { text, signatures } = parseNote(note);
  const by: Verifier[] = [];
  for (const one of signatures) {
    const known = verifiers.find((verifier) => verifier.name === one.name && same(verifier.keyId, one.keyId));
    if (!known || by.includes(known)) continue;
    if (!(await signed(text, one.value, known))) throw new BadNote("the signature is false: the note was altered, or not signed by this key");
    by.push(known);
  }
  if (by.length === 0) {
    const named = signatures.map((one) => `${one.name}+${toHex(one.keyId)}`).join(", ");
    const trusted = verifiers.map((verifier) => `${verifier.name}+${toHex(verifier.keyId)}`).join(", ");
    throw new BadNote(`the trusted key ${trusted} has not signed this note; it names ${named}`);
  }
  return { text, by };
}

async function signed(text: string, signature: Uint8Array, verifier: Verifier): Promise<boolean> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("raw", verifier.key as Uint8Array<ArrayBuffer>, { name: "Ed25519" }, false, ["verify"]);
  } catch {
    throw new BadNote("this browser cannot check Ed25519 signatures; a newer one can, and so can `actiontrail verify`");
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature as Uint8Array<ArrayBuffer>, utf8(text));
}

/** The checkpoint in the text of an opened note. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = ""] = text.split("\n");
  const bytes = fromBase64(root);
  if (!origin || !/^(0|[1-9][0-9]{0,15})$/.test(size) || !bytes || bytes.length !== 32)
    throw new BadNote("the signed text is not a checkpoint: origin, size and root are wanted");
  return { origin, size: Number(size), root: bytes };
}
