// Who is signed in.
import { useSyncExternalStore } from "react";
import { rememberToken, service } from "../service/client.ts";
import { asFailure } from "../service/hooks.ts";
import type { Session } from "../service/types.ts";

let session: Session | null | undefined;
let over = false;
const listeners = new Set<() => void>();

/** `undefined`: not known yet; `null`: nobody; `over`: and not because they left. */
export function setSession(next: Session | null, ended = false): void {
  over = next === null && (ended || (over && session === null));
  session = next;
  rememberToken(next?.csrfToken ?? "");
  listeners.forEach((changed) => changed());
}

export function useSession(): Session | null | undefined {
  return useSyncExternalStore((changed) => { listeners.add(changed); return () => listeners.delete(changed); }, () => session);
}

/** A session that is over is no failure where it was to be ended or told anyway; anything else is. */
export function unlessOver(error: unknown): null {
  if (asFailure(error).status !== 401) throw error;
  return null;
}

/** End the session. Fails, and leaves it as it is, where the service could not end it: whoever is told that they are signed out is. */
export async function leave(ended = false): Promise<void> {
  await service.signOut().catch(unlessOver);
  setSession(null, ended);
}

/** Whether nobody is signed in because a session ended by itself. */
export const isOver = (): boolean => over;

const RETURN = "actiontrail.return";

/** Remember where somebody is before they leave for single sign-on, which comes back to the first page. */
export function leaveFor(address: string): void {
  window.sessionStorage.setItem(RETURN, window.location.hash);
  window.location.assign(address);
}

/** Go back to where somebody was when they left for single sign-on. */
export function comeBack(): void {
  const was = window.sessionStorage.getItem(RETURN);
  window.sessionStorage.removeItem(RETURN);
  if (!was?.startsWith("#/") || !["", "#", "#/"].includes(window.location.hash)) return;
  window.history.replaceState(null, "", was);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
