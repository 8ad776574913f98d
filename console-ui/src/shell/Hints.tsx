// `;` puts letters on everything that can be pressed. What draws them is loaded at the first press, and keys are kept till then.
import { useEffect, useRef, useState, type ComponentType } from "react";
import { createPortal } from "react-dom";
import { useKeys } from "./keys.ts";

type LayerProps = Parameters<(typeof import("./hints/Layer.tsx"))["default"]>[0];

const SETTLE_MS = 150;
const ENDS = ["pointerdown", "wheel", "scroll", "resize", "hashchange", "blur"];

interface Shown {
  turn: number;
  /** Where it stands: within a dialog, which lets nothing else be seen or heard. */
  host: HTMLElement;
}

export function Hints() {
  const [shown, setShown] = useState<Shown | null>(null);
  const [Layer, setLayer] = useState<ComponentType<LayerProps> | null>(null);
  const [said, setSaid] = useState("");
  const early = useRef<KeyboardEvent[]>([]);
  const taker = useRef<((event: KeyboardEvent) => void) | null>(null);
  const close = (what: string) => {
    setShown(null);
    setSaid(what);
  };
  useKeys("hints", {
    show: () => {
      early.current = [];
      setSaid("");
      setShown({ turn: performance.now(), host: [...document.querySelectorAll<HTMLElement>("dialog:modal")].at(-1) ?? document.body });
      if (!Layer) import("./hints/Layer.tsx").then((loaded) => setLayer(() => loaded.default)).catch(() => close(""));
    },
  });
  useEffect(() => {
    if (!shown) return undefined;
    const pressed = (event: KeyboardEvent) => {
      if (taker.current) return taker.current(event);
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
      event.preventDefault();
      event.stopImmediatePropagation();
      early.current.push(event);
      return undefined;
    };
    // A list that still scrolls to what was chosen before is no one who scrolls; nor does a field that loses the focus leave the window.
    const away = (event: Event) => !(event.type === "scroll" && performance.now() - shown.turn < SETTLE_MS) && !(event.type === "blur" && event.target !== window) && close("");
    window.addEventListener("keydown", pressed, true);
    for (const type of ENDS) window.addEventListener(type, away, true);
    return () => {
      window.removeEventListener("keydown", pressed, true);
      for (const type of ENDS) window.removeEventListener(type, away, true);
    };
  }, [shown]);
  return (
    <>
      {shown && Layer && createPortal(<Layer key={shown.turn} early={early.current} close={close} take={(handler) => { taker.current = handler; }} />, shown.host)}
      <p className="sr-only" role="status" aria-live="polite" data-hint-said>{said}</p>
    </>
  );
}
