// Advanced query: a selector and SQL in one field, its blanks, its answer as rows or as a chart; and where to begin:
// the service's scenes, what the account keeps, and what it asked.
import { Button } from "antd";
import { useEffect, useMemo, useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { openRange, RangePicker } from "../../parts/RangePicker.tsx";
import { ResultRows } from "../../parts/ResultRows.tsx";
import { copy } from "../../parts/copy.ts";
import { MistakeAt } from "../../parts/Mistake.tsx";
import { readAdvanced, TABS, writeAdvanced, type AdvancedState } from "../../query/advanced.ts";
import { barAt, viewFor } from "../../query/keptview.ts";
import { mistakeIn } from "../../query/language.ts";
import { blanks, fill } from "../../query/parameters.ts";
import { toQuestion } from "../../query/range.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useKeys } from "../../shell/keys.ts";
import { go, useRoute } from "../../shell/route.ts";
import { deed, through } from "../../shell/rows.ts";
import { showSeen } from "../../shell/seen.ts";
import { useSay } from "../../shell/words.ts";
import { Blanks } from "./Blanks.tsx";
import { History } from "./History.tsx";
import { Keep } from "./Keep.tsx";
import { Saved } from "./Saved.tsx";
import { Scenes } from "./Scenes.tsx";

export default function Advanced() {
  const say = useSay();
  const { search } = useRoute();
  const state = useMemo(() => readAdvanced(search), [search]);
  const [text, setText] = useState(state.text);
  const [turn, setTurn] = useState(0);
  const [kept, setKept] = useState(0);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => setText(state.text), [state.text]);
  const set = (change: Partial<AdvancedState>) => go(`/advanced?${writeAdvanced({ ...state, ...change })}`);
  const run = (change: Partial<AdvancedState>) => {
    setNow(Date.now());
    setTurn((old) => old + 1);
    set(change);
  };
  const filled = fill(state.text, state.values);
  const asked = useAnswer(filled && `${filled}${state.range.from}${state.range.to}${turn}`, async (signal) => {
    const query = barAt(filled) >= 0 ? filled : `${filled} | select *`;
    const rows = await service.sql({ query, ...toQuestion(state.range, now), remember: true, view: viewFor("advanced", writeAdvanced({ ...state, tab: "scenes", scene: "", kept: "" })) }, signal);
    showSeen(rows.seen);
    return rows;
  });
  const typed = () => run({ text, kept: text === state.text ? state.kept : "" });
  useKeys("advanced", {
    run: typed,
    begin: () => set({ tab: TABS[(TABS.indexOf(state.tab) + 1) % TABS.length] }),
    query: () => document.getElementById("advanced-query")?.focus(),
    range: openRange,
    keep: () => document.getElementById("advanced-name")?.focus(),
    ...through(),
    remove: () => deed("remove"),
  });
  const mistake = asked.failure ? mistakeIn(asked.failure.message) : null;
  const wrong = asked.failure?.message.startsWith("the SQL") ? filled.slice(barAt(filled) + 1).trimStart() : filled;
  const open = (given: string) => run({ ...readAdvanced(given), tab: state.tab, scene: state.scene });
  return (
    <main className="page advanced">
      <h1>{say("advanced.title")}</h1>
      <form onSubmit={(event) => { event.preventDefault(); typed(); }}>
        <textarea id="advanced-query" value={text} rows={Math.min(Math.max(text.split("\n").length, 4), 14)} spellCheck={false} aria-label={say("advanced.query")} placeholder={say("advanced.hint")}
          aria-invalid={mistake !== null} onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); typed(); } }} />
        <Blanks key={text} blanks={blanks(text)} values={state.values} fill={(values) => run({ text, values, kept: text === state.text ? state.kept : "" })} />
        <div className="events-bar">
          <Button type="primary" htmlType="submit" loading={asked.loading}>{say("advanced.run")}</Button>
          <RangePicker range={state.range} choose={(range) => run({ range })} />
          <Button onClick={() => copy(window.location.href)}>{say("events.copy.link")}</Button>
          <span className="grow" />
          <Keep text={text} state={state} saved={(id) => { setKept((old) => old + 1); set({ text, kept: id, tab: "saved" }); }} />
        </div>
      </form>
      <div className="advanced-result">
        {mistake && asked.failure ? <MistakeAt text={wrong} mistake={mistake} failure={asked.failure} /> : (
          <Answer asked={asked}>{(rows) => <ResultRows rows={rows} chart={state.chart} choose={(chart) => set({ chart })} />}</Answer>
        )}
      </div>
      <div className="modes" role="tablist" aria-label={say("advanced.tabs")}>
        {TABS.map((tab) => (
          <button key={tab} id={`tab-${tab}`} type="button" role="tab" aria-selected={state.tab === tab} aria-controls="advanced-tab" className={state.tab === tab ? "mode chosen" : "mode"} onClick={() => set({ tab })}>{say(`advanced.${tab}`)}</button>
        ))}
      </div>
      <section id="advanced-tab" role="tabpanel" aria-labelledby={`tab-${state.tab}`} className="advanced-tab">
        {state.tab === "scenes" && <Scenes chosen={state.scene} choose={(scene) => set({ scene })} run={(question, chart) => run({ text: question, values: {}, chart, kept: "" })} />}
        {state.tab === "saved" && <Saved turn={kept} chosen={state.kept} open={open} dropped={(id) => id === state.kept && set({ kept: "" })} />}
        {state.tab === "history" && <History turn={`${turn} ${asked.loading}`} open={open} />}
      </section>
    </main>
  );
}
