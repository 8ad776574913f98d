// What a person prefers, remembered by their browser: language, colours, time zone, saved queries.
import { useSyncExternalStore } from "react";

export interface Preferences {
  language: "en" | "zh";
  theme: "light" | "dark" | "system";
  /** `utc`, `local`, or the name of a zone that a link brought. */
  zone: Zone;
  /** Of a search whose address names none. */
  columns: string[];
  /** Whether a letter alone does something. Who dictates, or writes into a page by other means, has them off. */
  letters: boolean;
}

/** Also any name that the browser knows, such as `Asia/Shanghai`. */
export type Zone = "utc" | "local" | (string & {});

const KEY = "actiontrail.preferences";
const listeners = new Set<() => void>();
let value = load();

function load(): Preferences {
  const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  return { language, theme: "system", zone: "local", columns: [], letters: true, ...remembered<Partial<Preferences>>(KEY, {}) };
}

/** What was remembered under `key`; `otherwise` if nothing was, or nothing that can be read. */
export function remembered<T>(key: string, otherwise: T): T {
  try {
    const text = window.localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

/** Whether it is remembered. A browser that remembers nothing is a choice; everything works without. */
export function remember(key: string, what: unknown): boolean {
  try {
    window.localStorage.setItem(key, JSON.stringify(what));
    return true;
  } catch {
    return false;
  }
}

/** From now on; unless `keep` is false, also at the next visit. */
export function prefer(change: Partial<Preferences>, keep = true): void {
  value = { ...value, ...change };
  if (keep) remember(KEY, value);
  listeners.forEach((changed) => changed());
}

export function preferences(): Preferences {
  return value;
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => value,
  );
}

const query = window.matchMedia("(prefers-color-scheme: dark)");

export function useDark(): boolean {
  const { theme } = usePreferences();
  const system = useSyncExternalStore(
    (changed) => {
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => query.matches,
  );
  return theme === "dark" || (theme === "system" && system);
}
