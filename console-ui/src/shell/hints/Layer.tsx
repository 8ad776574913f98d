// Letters on everything that can be pressed; typing them presses it. Loaded when they are first asked for.
import { useEffect, useMemo, useRef, useState } from "react";
import { plain } from "../../event/inert.ts";
import { keyOf } from "../keyname.ts";
import { typing } from "../keys.ts";
import { useSay } from "../words.ts";
import { act } from "./act.ts";
import { codes, narrowed } from "./codes.ts";
import { spots } from "./places.ts";
import { cornerOf, nameOf, targets, type Target } from "./targets.ts";
import "./hints.css";

const LOOK_MS = 200;
const PASS = /^(Tab|Arrow.*|Page.*|Home|End|F\d+)$/;

interface Props {
  /** The keys that were pressed while this was loaded. */
  early: readonly KeyboardEvent[];
  /** `said` is what was chosen; empty if nothing was. */
  close: (said: string) => void;
  take: (handler: ((event: KeyboardEvent) => void) | null) => void;
}

export default function Layer({ early, close, take }: Props) {
  const say = useSay();
  const [found, setFound] = useState<Target[]>(() => targets());
  const all = useMemo(() => codes(found.length), [found.length]);
  const [typed, setTyped] = useState("");
  const written = useRef("");
  const [told, setTold] = useState("");
  const shown = useMemo(() => spots(found.map((one) => one.corner), all, { width: innerWidth, height: innerHeight }), [found, all]);
  const { open } = narrowed(all, typed);

  const write = (text: string) => {
    const { open: left, named } = narrowed(all, text);
    const target = found[named]?.element;
    if (target?.isConnected) {
      close(say("hints.chosen", { name: plain(nameOf(target), 80) || say("hints.unnamed") }));
      act(target);
    } else if (named >= 0) close("");
    else if (left.length > 0) {
      written.current = text;
      setTyped(text);
    }
  };
  const pressed = (event: KeyboardEvent) => {
    if (/^(Shift|Control|Alt|Meta|CapsLock)$/.test(event.key)) return;
    const composes = event.isComposing || (event.keyCode === 229 && typing(event.target));
    if (event.ctrlKey || event.metaKey || event.altKey || composes || PASS.test(event.key)) return close("");
    event.preventDefault();
    event.stopImmediatePropagation();
    const key = keyOf(event);
    if (/^[a-z]$/.test(key)) write(written.current + key);
    else if (event.key === "Backspace" && written.current) write(written.current.slice(0, -1));
    else if (/^(Escape|Backspace|;)$/.test(key)) close("");
  };
  const handler = useRef(pressed);
  handler.current = pressed;

  useEffect(() => {
    take((event) => handler.current(event));
    early.forEach((event) => handler.current(event));
    // A region is heard when it changes, and not by what it has from the beginning.
    const timer = window.setTimeout(() => setTold(say(found.length > 0 ? "hints.told" : "hints.none", { n: found.length })), 60);
    return () => {
      window.clearTimeout(timer);
      take(null);
    };
  }, []);
  useEffect(() => {
    if (typed) setTold(say("hints.left", { n: open.length, typed: typed.toUpperCase() }));
  }, [typed, open.length, say]);

  // Each knows its letters while they are shown: for whoever asks the page, and not the picture of it.
  useEffect(() => {
    found.forEach((one, at) => { one.element.dataset.letters = all[at]; });
    return () => found.forEach((one) => delete one.element.dataset.letters);
  }, [found, all]);

  // What the page moves meanwhile takes its letter along; what it takes away has none.
  useEffect(() => {
    const timer = window.setInterval(() => setFound((old) => {
      const now = old.map((one) => ({ ...one, corner: cornerOf(one.seen) ?? GONE }));
      return now.some((one, at) => one.corner.x !== old[at]?.corner.x || one.corner.y !== old[at]?.corner.y) ? now : old;
    }), LOOK_MS);
    return () => window.clearInterval(timer);
  }, []);

  const seen = open.filter((at) => found[at]?.corner !== GONE);
  return (
    <>
      {seen.length > 0 && <div className="hints" role="list" aria-label={say("keys.hints")}>
        {seen.map((at) => {
          const [target, spot, code] = [found[at] as Target, shown[at], all[at] ?? ""];
          return (
            <span key={code} role="listitem" className={target.element.matches(".ant-btn-dangerous") ? "hints-badge ends" : "hints-badge"} data-hint={code}
              style={{ left: spot?.left, top: spot?.top, width: spot?.width }}>
              <span aria-hidden>{typed && <b>{typed}</b>}{code.slice(typed.length)}</span>
              <span className="sr-only">{[...code].join(" ").toUpperCase()}: {plain(nameOf(target.element), 80)}</span>
            </span>
          );
        })}
      </div>}
      <p className="hints-told" role="status" aria-live="polite">{told || "\u00a0"}</p>
    </>
  );
}

const GONE = { x: -1000, y: -1000 };
