// Which columns the list has beside the sentence.
import { Input } from "antd";
import { useState } from "react";
import { COLUMN_FIELDS, type EventsState } from "../../query/state.ts";
import { useSay } from "../../shell/words.ts";

export function Columns({ state, set }: { state: EventsState; set: (change: Partial<EventsState>) => void }) {
  const say = useSay();
  const extra = state.columns.filter((name) => !COLUMN_FIELDS.includes(name));
  const [other, setOther] = useState("");
  const flip = (name: string) => set({ columns: state.columns.includes(name) ? state.columns.filter((one) => one !== name) : [...state.columns, name] });
  return (
    <fieldset className="columns">
      <legend>{say("events.columns")}</legend>
      {[...COLUMN_FIELDS, ...extra].map((name, at) => (
        <label key={name}>
          <input type="checkbox" autoFocus={at === 0} checked={state.columns.includes(name)} onChange={() => flip(name)} /> {name}
        </label>
      ))}
      <form onSubmit={(event) => { event.preventDefault(); if (other.trim()) flip(other.trim()); setOther(""); }}>
        <Input size="small" value={other} onChange={(event) => setOther(event.target.value)} placeholder="requestParameters.…" aria-label={say("events.columns")} />
      </form>
    </fieldset>
  );
}
