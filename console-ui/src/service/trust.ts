// The key that this browser trusts: the one it was given, else the first that the service showed it; and where it was led since.
import { trusting, type Trusting } from "../proof/handover.ts";
import { remember, remembered } from "../shell/preferences.ts";
import { service } from "./client.ts";

const KEY = "actiontrail.vkey";
const LED = "actiontrail.led";

export interface Trust extends Trusting {
  /** The key that the service shows now. */
  shown: string;
}

/** That this browser followed a hand-over, when it did. */
export interface Led {
  old: string;
  new: string;
  at: string;
}

/** Whom this browser trusts, and the hand-overs that the service shows; nothing of them is verified. */
export async function trusted(signal?: AbortSignal): Promise<Trust> {
  const [shown, handovers] = await Promise.all([service.vkey(signal), service.handovers(signal)]);
  const kept = remembered<string>(KEY, "");
  if (!kept) remember(KEY, shown);
  return { vkey: kept || shown, shown, handovers };
}

/** As `trusted`, for the key that a person named; what the service hands over counts only for its own log. */
export async function trustedFrom(vkey: string, signal?: AbortSignal): Promise<Trusting> {
  const { shown, handovers } = await trusted(signal);
  return trusting(vkey, shown, handovers);
}

export function trust(vkey: string): void {
  remember(KEY, vkey);
}

/** From now on `fresh` is trusted, to which `old` has handed over. */
export function follow(old: string, fresh: string): void {
  remember(LED, [...ledBefore(), { old, new: fresh, at: new Date().toISOString() }]);
  trust(fresh);
}

export function ledBefore(): Led[] {
  return remembered<Led[]>(LED, []);
}

export function forgetTrust(): void {
  remember(LED, []);
  trust("");
}
