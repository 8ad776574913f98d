// ⌘K / Ctrl-K: paste anything, land on its page; or name a page or an action.
import { Modal } from "antd";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { landings } from "../query/landing.ts";
import { service } from "../service/client.ts";
import { plain } from "../event/inert.ts";
import { prefer, usePreferences } from "./preferences.ts";
import { PAGES } from "./Frame.tsx";
import { go } from "./route.ts";
import { useSay } from "./words.ts";

interface Choice {
  id: string;
  kind: string;
  text: string;
  act: () => void;
}

export default function Palette({ close, actions }: { close: () => void; actions: { theme: () => void; help: () => void } }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const [known, setKnown] = useState<Record<string, boolean>>({});
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  // An id is an event's or a request's: the record knows which.
  useEffect(() => {
    const event = landings(text).find((one) => one.kind === "event");
    if (!event) return;
    const control = new AbortController();
    service.event(text.trim(), control.signal).then(() => setKnown((old) => ({ ...old, [text.trim()]: true }))).catch(() => !control.signal.aborted && setKnown((old) => ({ ...old, [text.trim()]: false })));
    return () => control.abort();
  }, [text]);

  const choices = useMemo<Choice[]>(() => {
    const wanted = text.trim().toLowerCase();
    let found = landings(text);
    if (known[text.trim()] === false) found = found.filter((one) => one.kind !== "event");
    const landed = found.map((one) => ({ id: one.path, kind: say(`palette.${one.kind}`), text: text.trim(), act: () => go(one.path) }));
    const pages = PAGES.filter((page) => say(page.word).toLowerCase().includes(wanted)).map((page) => ({ id: page.path, kind: say("palette.page"), text: say(page.word), act: () => go(page.path) }));
    const deeds: [string, () => void][] = [
      [say("keys.theme"), actions.theme],
      [say("keys.language"), () => prefer({ language: language === "zh" ? "en" : "zh" })],
      [say("keys.zone"), () => prefer({ zone: zone === "utc" ? "local" : "utc" })],
      [say("keys.title"), actions.help],
      [say("keys.live"), () => go("/events?mode=tail")],
      [say("keys.sql"), () => go("/events?mode=sql")],
    ];
    const done = deeds.filter(([name]) => name.toLowerCase().includes(wanted)).map(([name, act]) => ({ id: name, kind: say("palette.action"), text: name, act }));
    return wanted ? [...pages, ...done, ...landed].sort((one, other) => Number(landed.includes(other)) - Number(landed.includes(one)) || 0) : [...pages, ...done];
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
    <Modal open onCancel={close} footer={null} closable={false} title={<span className="sr-only">{say("palette.title")}</span>} className="palette" width={600} style={{ top: 90 }}>
      <input ref={field} role="combobox" aria-expanded aria-controls="palette-list" aria-activedescendant={`palette-${chosen}`} aria-label={say("palette.hint")} placeholder={say("palette.hint")}
        value={text} spellCheck={false} autoComplete="off" onChange={(event) => setText(event.target.value)} onKeyDown={onKey} />
      <ul id="palette-list" role="listbox" aria-label={say("palette.title")}>
        {choices.map((choice, at) => (
          <li key={choice.id} id={`palette-${at}`} role="option" aria-selected={at === chosen} onMouseMove={() => setChosen(at)} onClick={() => take(choice)}>
            <span className="kind">{choice.kind}</span> <bdi>{plain(choice.text, 80)}</bdi>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
