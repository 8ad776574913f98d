// The keyboard: one letter does one thing while nobody types. What each key is for stands in the table, and nowhere else.
import { useEffect, useRef } from "react";
import { keyOf } from "./keyname.ts";
import { deedsOf, keysOf, type Deed, type Place } from "./keytable.ts";
import { preferences } from "./preferences.ts";

/** What is done for each deed of a place; it is told which of the deed's keys it was. */
export type Acts<P extends Place> = { [D in Deed<P>]: (at: number) => unknown };

const PAIR_MS = 1200;
/** While one of these is open it has the keys, but for the letters on what can be pressed. */
const ASKS = "dialog[open], .ant-popconfirm:not(.ant-popover-hidden)";

interface Bound {
  place: Place;
  acts: Record<string, (at: number) => unknown>;
}

const mounted: Bound[] = [];
let before = "";
let at = 0;

export function typing(target: EventTarget | null): boolean {
  const element = target instanceof HTMLElement ? target : null;
  return Boolean(element?.closest("input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select, [contenteditable=true], [role=combobox]"));
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.metaKey || event.ctrlKey;
  const key = keyOf(event);
  const first = before === "g" && performance.now() - at < PAIR_MS;
  const writes = typing(event.target);
  if (!mod) {
    before = writes ? "" : key;
    at = performance.now();
  }
  if (writes && !mod && key !== "Escape") return;
  if (!mod && key.length === 1 && !preferences().letters) return;
  const asked = document.querySelector(ASKS) !== null;
  const may = ({ place }: Bound): boolean => !asked || place === "hints" || (mod && place === "everywhere");
  const find = (name: string) => {
    for (const one of mounted.toReversed().filter(may))
      for (const [deed, told] of deedsOf(one.place)) {
        const which = keysOf(told).indexOf(name);
        const act = one.acts[deed];
        if (which >= 0 && act) return () => act(which);
      }
    return undefined;
  };
  const act = mod ? find(`mod+${key}`) : first ? find(`g ${key}`) : find(key);
  if (!act) return;
  event.preventDefault();
  act();
}

/** The keys of `place`, all of them, while the component is there; with null, none. */
export function useKeys<P extends Place>(place: P, acts: Acts<P> | null): void {
  const bound = useRef<Bound>({ place, acts: {} });
  bound.current.acts = (acts ?? {}) as Bound["acts"];
  const here = acts !== null;
  useEffect(() => {
    if (!here) return undefined;
    if (mounted.length === 0) window.addEventListener("keydown", pressed);
    const mine = bound.current;
    mounted.push(mine);
    return () => {
      mounted.splice(mounted.indexOf(mine), 1);
      if (mounted.length === 0) window.removeEventListener("keydown", pressed);
    };
  }, [here]);
}

/** The places that have keys just now. */
export function placesHere(): Set<Place> {
  return new Set(mounted.map(({ place }) => place));
}
