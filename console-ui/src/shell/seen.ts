// How far the last answer could see: told at the foot of every page.
import { useSyncExternalStore } from "react";
import type { Seen } from "../service/types.ts";

let latest: Seen | undefined;
const listeners = new Set<() => void>();

export function showSeen(seen: Seen | undefined): void {
  if (!seen || seen === latest) return;
  latest = seen;
  listeners.forEach((changed) => changed());
}

export function useSeen(): Seen | undefined {
  return useSyncExternalStore((changed) => { listeners.add(changed); return () => listeners.delete(changed); }, () => latest);
}
