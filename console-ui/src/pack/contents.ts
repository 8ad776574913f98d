// The files of an evidence pack, from what was pinned, noted and fetched. Pure but for WebCrypto's SHA-256.
import { sentence, told } from "../event/sentence.ts";
import { sha256, toHex, utf8 } from "../proof/bytes.ts";
import { inlined } from "./inline.ts";
import { noteOn } from "./tidy.ts";
import { caseMarkdown, readme } from "./texts.ts";
import { FORMAT, type Making, type PackData, type PackedEvent, type Ready } from "./types.ts";

export interface PackFile {
  name: string;
  bytes: Uint8Array;
}

export const MANIFEST = "manifest.sha256";
export const EVIDENCE = ".tlog-proof";
const NAME_MAX = 60;

/** What a file for the event `id`, the `at`th of all, is called: never a path, whatever the id says. */
export function evidenceName(at: number, id: string): string {
  const safe = id.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, NAME_MAX);
  return `evidence/${String(at + 1).padStart(2, "0")}-${safe || "event"}${EVIDENCE}`;
}

/** `2026-01-31T23:59:59.123Z` as names of files write it. */
export function packName(made: string): string {
  return `actiontrail-evidence-${made.replace(/\.\d+/, "").replace(/[-:]/g, "")}`;
}

/** What the viewer is given, the events in the order of their time. */
export function dataOf({ made, account, by, casefile, log, ready, left }: Making): PackData {
  const note = (id: string): string => noteOn(casefile, id);
  const events = inTime(ready).map((one, at): PackedEvent => ({
    id: one.id, note: note(one.id), file: evidenceName(at, one.id), event: one.event, evidence: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(one.evidence),
  }));
  return { format: FORMAT, made, account, by, title: casefile.title, summary: casefile.summary, log, events, left: left.map((one) => ({ ...one, note: note(one.id) })) };
}

function inTime(ready: readonly Ready[]): Ready[] {
  const when = ({ event }: Ready): number => Date.parse(event.eventTime) || 0;
  return [...ready].sort((one, other) => when(one) - when(other) || one.index - other.index);
}

/** Every file of the pack; `viewer` is the viewer's page without data. */
export async function packFiles(making: Making, viewer: string): Promise<PackFile[]> {
  const data = dataOf(making);
  const ready = inTime(making.ready);
  const text = (name: string, content: string): PackFile => ({ name, bytes: utf8(content) });
  const evidence = ready.map((one, at): PackFile => ({ name: evidenceName(at, one.id), bytes: one.evidence }));
  const sums = await Promise.all(evidence.map(async ({ bytes }) => toHex(await sha256(bytes))));
  const { events, log, ...about } = data;
  const forPrograms = { ...about, log, events: events.map(({ id, note, file }, at) => ({ id, index: ready[at]?.index, note, evidence: file, sha256: sums[at] })) };
  const files = [
    text("README.txt", readme(data)),
    text("index.html", inlined(viewer, data)),
    text("case.md", caseMarkdown(data, (at) => told(sentence(events[at]?.event ?? { eventId: "", eventName: "", eventTime: "" }, "", "en"), "en"))),
    text("case.json", `${JSON.stringify(forPrograms, null, 2)}\n`),
    text("events.ndjson", ready.map(({ line }) => `${line}\n`).join("")),
    ...evidence,
    text("log/vkey", `${log.vkey}\n`),
    ...(log.handovers.length > 0 ? [text("log/handover.json", `${JSON.stringify({ handovers: log.handovers })}\n`)] : []),
  ];
  return [...files, await manifest(files)];
}

/** The SHA-256 of each of `files`, as `sha256sum --check` reads it. */
export async function manifest(files: readonly PackFile[]): Promise<PackFile> {
  const lines = await Promise.all(files.map(async ({ name, bytes }) => `${toHex(await sha256(bytes))}  ${name}\n`));
  return { name: MANIFEST, bytes: utf8(lines.join("")) };
}
