// Title, summary and notes of what is pinned: kept by this browser, for each account, as they are written.
import { useCallback, useSyncExternalStore } from "react";
import { remember, remembered } from "../shell/preferences.ts";
import type { CaseFile } from "./types.ts";
import { EMPTY, noted, tidy } from "./tidy.ts";

interface Kept {
  casefile: CaseFile;
  /** Whether the browser really has it. */
  kept: boolean;
}

const PREFIX = "actiontrail.case.";
const known = new Map<string, Kept>();
const listeners = new Set<() => void>();
const tell = (): void => listeners.forEach((changed) => changed());

// Another window of this browser wrote.
const heard = ({ key }: StorageEvent): void => {
  if (key !== null && !key.startsWith(PREFIX)) return;
  for (const [account, { kept }] of known) if (kept && (key === null || key === PREFIX + account)) known.delete(account);
  tell();
};

function listen(changed: () => void): () => void {
  if (listeners.size === 0) window.addEventListener("storage", heard);
  listeners.add(changed);
  return () => {
    listeners.delete(changed);
    if (listeners.size === 0) window.removeEventListener("storage", heard);
  };
}

function current(account: string): Kept {
  let found = known.get(account);
  if (!found) {
    found = { casefile: tidy(remembered<unknown>(PREFIX + account, EMPTY)), kept: true };
    known.set(account, found);
  }
  return found;
}

/** What is kept is read again before it is changed: another window may have written another note meanwhile. */
function change(account: string, with_: (old: CaseFile) => CaseFile): void {
  const before = current(account);
  const old = before.kept ? tidy(remembered<unknown>(PREFIX + account, EMPTY)) : before.casefile;
  const casefile = with_(old);
  known.set(account, { casefile, kept: remember(PREFIX + account, casefile) });
  tell();
}

export interface UsedCase extends Kept {
  write: (change: Partial<Pick<CaseFile, "title" | "summary">>) => void;
  note: (id: string, text: string) => void;
  /** Forgets the notes on these events; with none named, the whole case. */
  forget: (ids?: readonly string[]) => void;
}

/** The case of `account`. */
export function useCase(account: string): UsedCase {
  const now = useSyncExternalStore(listen, () => current(account));
  const write = useCallback((some: Partial<CaseFile>) => change(account, (old) => tidy({ ...old, ...some })), [account]);
  const note = useCallback((id: string, text: string) => change(account, (old) => noted(old, id, text)), [account]);
  const forget = useCallback((ids?: readonly string[]) => change(account, (old) => (ids ? ids.reduce((left, id) => noted(left, id, ""), old) : EMPTY)), [account]);
  return { ...now, write, note, forget };
}
