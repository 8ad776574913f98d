// Searches that the account keeps, with everything the page showed: the same as kept queries and as a script's templates.
import { Button, Input } from "antd";
import { useState } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { keptPath, viewFor } from "../../query/keptview.ts";
import { withSql } from "../../query/language.ts";
import { write, type EventsState } from "../../query/state.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import { kept } from "../../service/kept.ts";
import { go } from "../../shell/route.ts";
import { useSay } from "../../shell/words.ts";

export function SavedSearches({ state, query, close }: { state: EventsState; query: string; close: () => void }) {
  const say = useSay();
  const [name, setName] = useState("");
  const asked = useAnswer("saved", (signal) => kept.queries(signal));
  const { trouble, run, again } = useTry();
  const keep = () => run(async () => {
    const whole = state.mode === "sql" ? withSql(query, state.sql) : query || "*";
    await kept.keep({ name: name.trim(), query: whole, view: viewFor("events", write({ ...state, open: "", tab: "", runs: [], stats: "" })) });
    setName("");
    asked.changed();
  });
  const drop = (id: string) => run(async () => { await kept.drop(id); asked.changed(); });
  return (
    <div className="saved">
      <Answer asked={asked} lines={2}>
        {({ queries }) => queries.length === 0 ? <p className="faint">{say("events.noSaved")}</p> : (
          <ul>
            {queries.map((one) => (
              <li key={one.id}>
                <button type="button" className="link" title={plain(one.query, 400)} onClick={() => { close(); go(keptPath(one)); }}>{plain(one.name, 60) || say("advanced.untitled")}</button>
                <Ask title={say("advanced.drop.sure")} yes={() => drop(one.id)}>
                  <button type="button" className="chip-remove" aria-label={say("advanced.drop", { name: plain(one.name, 60) })}>×</button>
                </Ask>
              </li>
            ))}
          </ul>
        )}
      </Answer>
      <Failed failure={trouble} again={again} />
      <form onSubmit={(event) => { event.preventDefault(); if (name.trim()) keep(); }}>
        <Input size="small" autoFocus maxLength={64} value={name} onChange={(event) => setName(event.target.value)} placeholder={say("events.savedAs")} aria-label={say("events.savedAs")} />
        <Button size="small" type="primary" htmlType="submit">{say("events.save")}</Button>
      </form>
    </div>
  );
}
