// Who is signed in.
import { useSyncExternalStore } from "react";
import { rememberToken } from "../service/client.ts";
import type { Session } from "../service/types.ts";

let session: Session | null | undefined;
const listeners = new Set<() => void>();

/** `undefined`: not known yet; `null`: nobody. */
export function setSession(next: Session | null): void {
  session = next;
  rememberToken(next?.csrfToken ?? "");
  listeners.forEach((changed) => changed());
}

export function useSession(): Session | null | undefined {
  return useSyncExternalStore((changed) => { listeners.add(changed); return () => listeners.delete(changed); }, () => session);
}
