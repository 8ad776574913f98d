// ⌘K / Ctrl-K: paste anything, land on its page; or name a page or an action.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { landings } from "../query/landing.ts";
import { pages, type Match } from "../service/pages.ts";
import { Failed } from "../parts/Failed.tsx";
import type { Failure } from "../service/client.ts";
import { asFailure } from "../service/hooks.ts";
import { Dialog } from "../parts/Dialog.tsx";
import { plain } from "../event/inert.ts";
import { prefer, usePreferences } from "./preferences.ts";
import { PAGES } from "./Frame.tsx";
import { go } from "./route.ts";
import { count, useSay } from "./words.ts";

interface Choice {
  id: string;
  kind: string;
  text: string;
  act: () => void;
  note?: number;
}

const WAIT_MS = 120;
const KINDS: Record<string, "event" | "request" | "key" | "address" | "user" | "resource" | "search"> = {
  event: "event", request: "request", key: "key", address: "address", user: "user", role: "user", principal: "user", resource: "resource",
};

/** The page of what the record found. */
function pathOf(match: Match): string | null {
  const value = encodeURIComponent(match.value);
  const field: Record<string, string> = { request: "requestId", resourceType: "resourceType", eventName: "eventName", service: "serviceName", errorCode: "errorCode" };
  if (match.kind === "event") return `/event/${encodeURIComponent(match.eventId || match.value)}`;
  if (match.kind === "resource") return `/resource/${value}`;
  if (/^(key|address|user|role|principal)$/.test(match.kind)) return `/actor/${match.kind}/${value}`;
  return field[match.kind] ? `/events?f=${encodeURIComponent(`${field[match.kind]}=${match.value}`)}&from=` : null;
}

export default function Palette({ close, actions }: { close: () => void; actions: { theme: () => void; help: () => void } }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const [known, setKnown] = useState<Match[]>([]);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const [turn, setTurn] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  // What the record itself knows of the text comes first; until it answers, the text's own form decides.
  useEffect(() => {
    setKnown([]);
    setTrouble(null);
    const wanted = text.trim();
    if (wanted.length < 3) return;
    const control = new AbortController();
    const timer = window.setTimeout(() => {
      pages.find(wanted, control.signal).then(({ matches }) => setKnown(matches)).catch((error: unknown) => control.signal.aborted || setTrouble(asFailure(error)));
    }, WAIT_MS);
    return () => {
      window.clearTimeout(timer);
      control.abort();
    };
  }, [text, turn]);

  const choices = useMemo<Choice[]>(() => {
    const wanted = text.trim().toLowerCase();
    const sure = known.flatMap((match) => {
      const path = pathOf(match);
      return path ? [{ id: path, kind: say(`palette.${KINDS[match.kind] ?? "search"}`), text: match.value, act: () => go(path), note: match.events }] : [];
    });
    const guessed = landings(text).filter((one) => sure.length === 0 || one.kind === "search" || !/^(event|request)$/.test(one.kind));
    const landed = [...sure, ...guessed.map((one) => ({ id: one.path, kind: say(`palette.${one.kind}`), text: text.trim(), act: () => go(one.path), note: 0 }))].filter(
      (one, at, all) => all.findIndex((other) => other.id === one.id) === at,
    );
    const shown = PAGES.filter((page) => say(page.word).toLowerCase().includes(wanted)).map((page) => ({ id: page.path, kind: say("palette.page"), text: say(page.word), act: () => go(page.path) }));
    const deeds: [string, () => void][] = [
      [say("keys.theme"), actions.theme],
      [say("keys.language"), () => prefer({ language: language === "zh" ? "en" : "zh" })],
      [say("keys.zone"), () => prefer({ zone: zone === "utc" ? "local" : "utc" })],
      [say("keys.title"), actions.help],
      [say("keys.live"), () => go("/events?mode=tail")],
      [say("keys.sql"), () => go("/events?mode=sql")],
      [say("compare.title"), () => go("/compare")],
    ];
    const done = deeds.filter(([name]) => name.toLowerCase().includes(wanted)).map(([name, act]) => ({ id: name, kind: say("palette.action"), text: name, act }));
    return wanted ? [...landed, ...shown, ...done] : [...shown, ...done];
  }, [text, known, say, actions, language, zone]);
  useEffect(() => setChosen(0), [text]);

  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    choice.act();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((chosen + step + choices.length) % Math.max(choices.length, 1));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      take(choices[chosen]);
    }
  };
  return (
    <Dialog bare title={say("palette.title")} close={close} className="palette">
      <input ref={field} role="combobox" aria-expanded aria-controls="palette-list" aria-activedescendant={`palette-${chosen}`} aria-label={say("palette.hint")} placeholder={say("palette.hint")}
        value={text} spellCheck={false} autoComplete="off" onChange={(event) => setText(event.target.value)} onKeyDown={onKey} />
      <ul id="palette-list" role="listbox" aria-label={say("palette.title")}>
        {choices.map((choice, at) => (
          <li key={choice.id} id={`palette-${at}`} role="option" aria-selected={at === chosen} onMouseMove={() => setChosen(at)} onClick={() => take(choice)}>
            <span className="kind">{choice.kind}</span> <bdi>{plain(choice.text, 80)}</bdi>
            {choice.note ? <span className="number">{count(choice.note, language)}</span> : null}
          </li>
        ))}
      </ul>
      <Failed failure={trouble} again={() => setTurn((old) => old + 1)} />
    </Dialog>
  );
}
