// SQL over the events that the search above finds, with its rows as a table or a chart.
import { Button } from "antd";
import { useEffect, useState } from "react";
import { MistakeAt } from "../../parts/Mistake.tsx";
import { mistakeIn, withSql } from "../../query/language.ts";
import { Answer } from "../../parts/Answer.tsx";
import { ResultRows } from "../../parts/ResultRows.tsx";
import type { EventsState } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import type { Question } from "../../service/types.ts";
import { showSeen } from "../../shell/seen.ts";
import { useSay } from "../../shell/words.ts";

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  question: Question;
}

export default function Sql({ state, set, question }: Props) {
  const say = useSay();
  const [sql, setSql] = useState(state.sql);
  useEffect(() => setSql(state.sql), [state.sql]);
  const asked = useAnswer(`sql${JSON.stringify(question)}${state.sql}`, (signal) =>
    service.sql({ ...question, query: withSql(question.query, state.sql) }, signal));
  const seen = asked.data?.seen;
  useEffect(() => showSeen(seen), [seen]);
  const mistake = asked.failure?.message.startsWith("the SQL") ? mistakeIn(asked.failure.message) : null;
  const run = () => (sql === state.sql ? asked.again() : set({ sql }));
  return (
    <section className="sql">
      <form onSubmit={(event) => { event.preventDefault(); run(); }}>
        <textarea value={sql} rows={Math.min(Math.max(sql.split("\n").length, 2), 12)} spellCheck={false} aria-label={say("events.sql.label")}
          onChange={(event) => setSql(event.target.value)}
          onKeyDown={(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(); }} />
        <Button type="primary" htmlType="submit" loading={asked.loading}>{say("events.sql.run")}</Button>
      </form>
      {mistake && asked.failure ? <MistakeAt text={state.sql.trim()} mistake={mistake} failure={asked.failure} /> : <Answer asked={asked}>{(rows) => <ResultRows rows={rows} chart={state.chart} choose={(chart) => set({ chart })} />}</Answer>}
    </section>
  );
}
