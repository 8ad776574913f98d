// Searches that the account keeps, with everything the page showed: the same as kept queries and as a script's templates.
import { Button, Input } from "antd";
import { useState } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { keptPath, viewFor } from "../../query/keptview.ts";
import { write, type EventsState } from "../../query/state.ts";
import { asFailure, useAnswer } from "../../service/hooks.ts";
import { kept } from "../../service/kept.ts";
import { go } from "../../shell/route.ts";
import { useSay } from "../../shell/words.ts";

export function SavedSearches({ state, query, close }: { state: EventsState; query: string; close: () => void }) {
  const say = useSay();
  const [turn, setTurn] = useState(0);
  const [name, setName] = useState("");
  const [trouble, setTrouble] = useState("");
  const asked = useAnswer(`saved${turn}`, (signal) => kept.queries(signal));
  const keep = async () => {
    try {
      const whole = state.mode === "sql" ? `${query || "*"} | ${state.sql}` : query || "*";
      await kept.keep({ name: name.trim(), query: whole, view: viewFor("events", write({ ...state, open: "", tab: "", runs: [] })) });
      setName("");
      setTrouble("");
    } catch (error) {
      setTrouble(asFailure(error).message);
    }
    setTurn((old) => old + 1);
  };
  return (
    <div className="saved">
      <Answer asked={asked} lines={2}>
        {({ queries }) => queries.length === 0 ? <p className="faint">{say("events.noSaved")}</p> : (
          <ul>
            {queries.map((one) => (
              <li key={one.id}>
                <button type="button" className="link" title={plain(one.query, 400)} onClick={() => { close(); go(keptPath(one)); }}>{plain(one.name, 60) || say("advanced.untitled")}</button>
                <button type="button" className="chip-remove" aria-label={say("events.removeChip", { chip: plain(one.name, 60) })} onClick={() => void kept.drop(one.id).finally(() => setTurn((old) => old + 1))}>×</button>
              </li>
            ))}
          </ul>
        )}
      </Answer>
      {trouble && <p role="alert" className="bad">{plain(trouble, 200)}</p>}
      <form onSubmit={(event) => { event.preventDefault(); if (name.trim()) void keep(); }}>
        <Input size="small" autoFocus maxLength={64} value={name} onChange={(event) => setName(event.target.value)} placeholder={say("events.savedAs")} aria-label={say("events.savedAs")} />
        <Button size="small" type="primary" htmlType="submit">{say("events.save")}</Button>
      </form>
    </div>
  );
}
