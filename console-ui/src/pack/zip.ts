// Files into one ZIP, one after another, so that the page stays alive and whoever waits may end it.
import { Zip, ZipDeflate } from "fflate";
import type { PackFile } from "./contents.ts";

/** The ZIP of `files`, all in the folder `folder`. */
export async function zipped(folder: string, files: readonly PackFile[], made: Date, signal: AbortSignal): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let trouble: Error | null = null;
  const zip = new Zip((error, part) => {
    if (error) trouble = error;
    else parts.push(part as Uint8Array<ArrayBuffer>);
  });
  for (const { name, bytes } of files) {
    const file = new ZipDeflate(`${folder}/${name}`, { level: 6 });
    file.mtime = made;
    zip.add(file);
    file.push(bytes, true);
    await new Promise((next) => setTimeout(next));
    signal.throwIfAborted();
  }
  zip.end();
  if (trouble) throw trouble;
  return new Blob(parts, { type: "application/zip" });
}
