// The keyboard: one letter does one thing while nobody types. Pages bring their own keys, the shell has the rest.
import { useEffect, useRef } from "react";

export type Keys = Record<string, () => unknown>;

function typing(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return Boolean(element?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], [role=combobox]"));
}

/** `keys` while the component is there: `j`, `?`, `g e` (one after the other), `mod+k` (⌘ or Ctrl, while typing too). */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    let before = "";
    let at = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const mod = event.metaKey || event.ctrlKey;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const pair = before === "g" && performance.now() - at < 1200 ? `g ${key}` : "";
      const name = mod ? `mod+${key}` : pair && latest.current[pair] ? pair : before === "g" && performance.now() - at < 1200 ? "" : key;
      if (!mod && !event.altKey) {
        before = typing(event.target) ? "" : key;
        at = performance.now();
      }
      if (event.altKey || (!mod && typing(event.target))) return;
      const act = latest.current[name];
      if (!act) return;
      if (document.querySelector("dialog[open]") && !mod) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
