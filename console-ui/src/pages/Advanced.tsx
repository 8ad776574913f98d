// Advanced query: a selector and SQL in one field, scenes to begin with, what was run before, what was kept.
import { Button, Input } from "antd";
import { useState } from "react";
import { Answer } from "../parts/Answer.tsx";
import { Card } from "../parts/Lines.tsx";
import { RangePicker } from "../parts/RangePicker.tsx";
import { ResultRows } from "../parts/ResultRows.tsx";
import { copy } from "../parts/copy.ts";
import { plain } from "../event/inert.ts";
import { toQuestion, type Range } from "../query/range.ts";
import { SCENES } from "../query/scenes.ts";
import { service } from "../service/client.ts";
import { useAnswer } from "../service/hooks.ts";
import { remember, remembered, usePreferences } from "../shell/preferences.ts";
import { go, useRoute } from "../shell/route.ts";
import { showSeen } from "../shell/seen.ts";
import { useSay } from "../shell/words.ts";

const HISTORY = "actiontrail.history";
const MINE = "actiontrail.queries";
const HISTORY_MAX = 30;

interface Kept {
  name: string;
  query: string;
}

export default function Advanced() {
  const say = useSay();
  const { language } = usePreferences();
  const { search } = useRoute();
  const given = new URLSearchParams(search);
  const query = given.get("q") ?? "";
  const range: Range = { from: given.get("from") ?? "-30d", to: given.get("to") ?? "now" };
  const chart = given.get("chart") ?? "table";
  const [text, setText] = useState(query || (SCENES[0]?.query ?? ""));
  const [history, setHistory] = useState(() => remembered<string[]>(HISTORY, []));
  const [mine, setMine] = useState(() => remembered<Kept[]>(MINE, []));
  const [name, setName] = useState("");
  const [now, setNow] = useState(() => Date.now());
  const set = (change: Record<string, string>) => go(`/advanced?${new URLSearchParams({ q: query, ...range, chart, ...change }).toString()}`);
  const run = (what: string, kind = chart) => {
    setText(what);
    setNow(Date.now());
    const next = [what, ...history.filter((one) => one !== what)].slice(0, HISTORY_MAX);
    remember(HISTORY, next);
    setHistory(next);
    set({ q: what, chart: kind });
  };
  const keep = (next: Kept[]) => {
    remember(MINE, next);
    setMine(next);
  };
  const asked = useAnswer(query && `${query}${range.from}${range.to}${now}`, async (signal) => {
    const rows = await service.sql({ query: query.includes("|") ? query : `${query} | select *`, ...toQuestion(range, now) }, signal);
    showSeen(rows.seen);
    return rows;
  });
  const zh = language === "zh" ? 1 : 0;
  return (
    <main className="page advanced">
      <h1>{say("advanced.title")}</h1>
      <form onSubmit={(event) => { event.preventDefault(); run(text); }}>
        <textarea value={text} rows={4} spellCheck={false} aria-label={say("advanced.query")} onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(text); }} />
        <div className="events-bar">
          <Button type="primary" htmlType="submit" loading={asked.loading}>{say("advanced.run")}</Button>
          <RangePicker range={range} choose={(next) => { setNow(Date.now()); set({ ...next }); }} />
          <Button onClick={() => copy(window.location.href)}>{say("events.copy.link")}</Button>
          <span className="grow" />
          <Input style={{ width: 220 }} value={name} onChange={(event) => setName(event.target.value)} placeholder={say("events.savedAs")} aria-label={say("events.savedAs")} />
          <Button disabled={!name.trim()} onClick={() => { keep([...mine.filter((one) => one.name !== name.trim()), { name: name.trim(), query: text }]); setName(""); }}>{say("events.save")}</Button>
        </div>
      </form>
      <div className="advanced-result"><Answer asked={asked}>{(rows) => <ResultRows rows={rows} chart={chart} choose={(kind) => set({ chart: kind })} />}</Answer></div>
      <h2>{say("advanced.scenes")}</h2>
      <div className="scenes">
        {SCENES.map((scene) => (
          <button key={scene.id} type="button" className="scene" onClick={() => run(scene.query, scene.chart ?? "table")}>
            <strong>{scene.name[zh]}</strong>
            <span>{scene.about[zh]}</span>
          </button>
        ))}
      </div>
      <div className="grid">
        <Card title={say("advanced.mine")}>
          {mine.length === 0 ? <p className="faint">{say("events.noSaved")}</p> : (
            <ul className="top">
              {mine.map((one) => (
                <li key={one.name}>
                  <button type="button" className="link" onClick={() => run(one.query)}>{plain(one.name, 60)}</button>
                  <span className="number"><button type="button" className="chip-remove" aria-label={say("events.removeChip", { chip: one.name })} onClick={() => keep(mine.filter((other) => other !== one))}>×</button></span>
                </li>
              ))}
            </ul>
          )}
        </Card>
        <Card title={say("advanced.history")}>
          {history.length === 0 ? <p className="faint">{say("advanced.noHistory")}</p> : (
            <ul className="top">{history.map((one) => <li key={one}><button type="button" className="link code" onClick={() => run(one)}>{plain(one, 140)}</button></li>)}</ul>
          )}
        </Card>
      </div>
    </main>
  );
}
