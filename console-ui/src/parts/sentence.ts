// Which sentence tells a failure. Pure.
import { codes } from "../words/codes.ts";

/** The word for a failure: by its code, else for a parameter that is missing, or for an answer that is not the service's. Pure. */
export function sentenceOf({ code, status }: { code: string; status: number }): keyof typeof codes | "state.failed" {
  const word = `failed.${code}`;
  if (Object.hasOwn(codes, word)) return word as keyof typeof codes;
  if (code.startsWith("Missing")) return "failed.Missing";
  return status > 0 && code === String(status) ? "failed.elsewhere" : "state.failed";
}
