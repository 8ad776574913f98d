// The key that this browser trusts: the one it was given, else the first that the service showed it.
import { remember, remembered } from "../shell/preferences.ts";
import { service } from "./client.ts";

const KEY = "actiontrail.vkey";

export interface Trust {
  vkey: string;
  /** What the service shows now, if it is another. */
  other: string;
}

export async function trusted(signal?: AbortSignal): Promise<Trust> {
  const shown = await service.vkey(signal);
  const kept = remembered<string>(KEY, "");
  if (!kept) {
    remember(KEY, shown);
    return { vkey: shown, other: "" };
  }
  return { vkey: kept, other: kept === shown ? "" : shown };
}

export function trust(vkey: string): void {
  remember(KEY, vkey);
}
