// What can be done with a search: choose columns, turn the order, save it, copy it, export it.
import { Button, Dropdown, Input, Popover } from "antd";
import { lazy, Suspense, useState } from "react";
import { asCli, asCurl, asSigma, asSql } from "../../query/copies.ts";
import { FIELDS } from "../../query/language.ts";
import { write, type EventsState } from "../../query/state.ts";
import { copy } from "../../parts/copy.ts";
import type { Question } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { remember, remembered } from "../../shell/preferences.ts";
import { go } from "../../shell/route.ts";
import { useSay } from "../../shell/words.ts";
import { plain } from "../../event/inert.ts";

const Export = lazy(() => import("./Export.tsx"));

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  question: Question;
  total: number;
}

export function Tools({ state, set, question, total }: Props) {
  const say = useSay();
  const [exporting, setExporting] = useState(false);
  const link = () => copy(window.location.href);
  useKeys({ e: () => setExporting(true), c: link });
  const asked = { query: question.query ?? "", start: question.start, end: question.end };
  const copies = [
    { key: "link", label: say("events.copy.link"), onClick: link },
    { key: "cli", label: say("events.copy.cli"), onClick: () => copy(asCli(asked)) },
    { key: "sql", label: say("events.copy.sql"), onClick: () => copy(asSql(asked, state.mode === "sql" ? state.sql : undefined)) },
    { key: "curl", label: say("events.copy.curl"), onClick: () => copy(asCurl(asked, window.location.origin)) },
    { key: "sigma", label: say("events.copy.sigma"), onClick: () => copy(asSigma(state.chips, state.text, title(state), crypto.randomUUID?.() ?? "", new Date().toISOString().slice(0, 10))) },
  ];
  return (
    <>
      <Button size="small" onClick={() => set({ order: state.order === "newest" ? "oldest" : "newest" })}>{say(`events.order.${state.order}`)}</Button>
      <Popover trigger="click" placement="bottomRight" content={<Columns state={state} set={set} />}>
        <Button size="small">{say("events.columns")}</Button>
      </Popover>
      <Popover trigger="click" placement="bottomRight" content={<Saved state={state} />} destroyOnHidden>
        <Button size="small">{say("events.saved")}</Button>
      </Popover>
      <Dropdown menu={{ items: copies }} trigger={["click"]}>
        <Button size="small">{say("events.copy")} ▾</Button>
      </Dropdown>
      <Button size="small" disabled={total === 0} onClick={() => setExporting(true)}>{say("events.export")}</Button>
      {exporting && (
        <Suspense fallback={null}><Export question={question} total={total} close={() => setExporting(false)} /></Suspense>
      )}
    </>
  );
}

function title(state: EventsState): string {
  const chips = state.chips.map((chip) => `${chip.not ? "not " : ""}${chip.value}`).join(", ");
  return plain([state.text, chips].filter(Boolean).join(", ") || "All events", 120);
}

function Columns({ state, set }: Pick<Props, "state" | "set">) {
  const say = useSay();
  const names = ["channel", ...FIELDS.filter((name) => !name.endsWith("."))];
  const extra = state.columns.filter((name) => !names.includes(name));
  const [other, setOther] = useState("");
  const flip = (name: string) => set({ columns: state.columns.includes(name) ? state.columns.filter((one) => one !== name) : [...state.columns, name] });
  return (
    <fieldset className="columns">
      <legend>{say("events.columns")}</legend>
      {[...names, ...extra].map((name) => (
        <label key={name}>
          <input type="checkbox" checked={state.columns.includes(name)} onChange={() => flip(name)} /> {name}
        </label>
      ))}
      <form onSubmit={(event) => { event.preventDefault(); if (other.trim()) flip(other.trim()); setOther(""); }}>
        <Input size="small" value={other} onChange={(event) => setOther(event.target.value)} placeholder="requestParameters.…" aria-label={say("events.columns")} />
      </form>
    </fieldset>
  );
}

interface SavedSearch {
  name: string;
  search: string;
}

const SAVED = "actiontrail.searches";

function Saved({ state }: { state: EventsState }) {
  const say = useSay();
  const [all, setAll] = useState(() => remembered<SavedSearch[]>(SAVED, []));
  const [name, setName] = useState("");
  const keep = (next: SavedSearch[]) => {
    remember(SAVED, next);
    setAll(next);
  };
  return (
    <div className="saved">
      {all.length === 0 ? <p className="faint">{say("events.noSaved")}</p> : (
        <ul>
          {all.map((one) => (
            <li key={one.name}>
              <button type="button" className="link" onClick={() => go(`/events?${one.search}`)}>{one.name}</button>
              <button type="button" className="chip-remove" aria-label={say("events.removeChip", { chip: one.name })} onClick={() => keep(all.filter((other) => other !== one))}>×</button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={(event) => { event.preventDefault(); if (name.trim()) { keep([...all.filter((one) => one.name !== name.trim()), { name: name.trim(), search: write(state) }]); setName(""); } }}>
        <Input size="small" value={name} onChange={(event) => setName(event.target.value)} placeholder={say("events.savedAs")} aria-label={say("events.savedAs")} />
        <Button size="small" type="primary" htmlType="submit">{say("events.save")}</Button>
      </form>
    </div>
  );
}
