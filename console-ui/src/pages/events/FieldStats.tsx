// What a field holds among the events that are found: asked when it is opened, of any field that can be named.
import { Button } from "antd";
import { useEffect, useId, useRef, useState } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Dialog } from "../../parts/Dialog.tsx";
import { withSql, type Chip } from "../../query/language.ts";
import { short } from "../../query/short.ts";
import { readStats, share, statsSql, UNNAMED, type Value } from "../../query/stats.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import { pages } from "../../service/pages.ts";
import type { Question } from "../../service/types.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";

const NAMES_MAX = 30;

interface Props {
  field: string;
  question: Question;
  choose: (field: string) => void;
  take: (chip: Chip) => void;
  close: () => void;
}

export default function FieldStats({ field, question, choose, take, close }: Props) {
  const say = useSay();
  const { language } = usePreferences();
  const given = field === UNNAMED ? "" : field;
  const [typed, setTyped] = useState(given);
  useEffect(() => setTyped(given), [given]);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []); // a dialog gives the focus to its first button
  const names = useAnswer(`names ${typed}`, (signal) => pages.suggest("", typed, { start: question.start, end: question.end }, NAMES_MAX, signal));
  const asked = useAnswer(given && `stats${given}${JSON.stringify(question)}`, async (signal) => ({
    of: given,
    stats: readStats(await service.sql({ ...question, query: withSql(question.query, statsSql(given)) }, signal)),
  }));
  return (
    <Dialog title={given ? say("stats.title", { field: plain(given, 80) }) : say("stats.any")} close={close} className="stats">
      <form className="stats-field" onSubmit={(event) => { event.preventDefault(); if (typed.trim()) choose(typed.trim()); }}>
        <label>
          {say("stats.field")}
          <input ref={input} type="text" list={list} value={typed} spellCheck={false} autoComplete="off" maxLength={256} onChange={(event) => setTyped(event.target.value)} />
        </label>
        <datalist id={list}>{names.data?.proposals.map((one) => <option key={one.text} value={one.text} />)}</datalist>
        <Button htmlType="submit">{say("stats.show")}</Button>
      </form>
      <Answer asked={asked}>
        {({ of, stats }) => of === given && (
          <>
            <p role="status" data-has={stats.has} data-all={stats.all} data-kinds={stats.kinds}>
              {say("stats.has", { n: count(stats.has, language), all: count(stats.all, language), share: share(stats.has, stats.all) })}{" "}
              {stats.has > 0 && say("stats.kinds", { n: count(stats.kinds, language) })}
            </p>
            <div className="stats-ends">
              {stats.has > 0 && <Values title={say(stats.kinds > stats.top.length ? "stats.top" : "stats.every")} field={given} values={stats.top} whole={stats.has} take={take} name="top" />}
              {stats.kinds > stats.top.length && <Values title={say("stats.rare")} field={given} values={stats.rare} whole={stats.has} take={take} name="rare" />}
            </div>
            {stats.has > 0 && stats.has < stats.all && (
              <p className="events-bar">
                <Button size="small" onClick={() => take({ field: given, value: "", not: true })}>{say("stats.only")}</Button>
                <Button size="small" onClick={() => take({ field: given, value: "", not: false })}>{say("stats.without")}</Button>
              </p>
            )}
          </>
        )}
      </Answer>
    </Dialog>
  );
}

function Values({ title, field, values, whole, take, name }: { title: string; field: string; values: readonly Value[]; whole: number; take: (chip: Chip) => void; name: string }) {
  const say = useSay();
  const { language } = usePreferences();
  return (
    <section data-end={name}>
      <h3>{title}</h3>
      <ul className="facet">
        {values.map(({ text, length, events }) => {
          const shown = plain(text, 120);
          const value = short(text, length);
          return (
            <li key={text} data-value={plain(text, 120)} data-events={events}>
              <button type="button" className="facet-value" title={`${say("events.include", { field, value: plain(text, 400) })}`} onClick={() => take({ field, value, not: false })}>
                <span className="share" style={{ width: `${(events / whole) * 100}%` }} />
                <bdi>{shown}</bdi>
                <span className="number">{count(events, language)} · {share(events, whole)}</span>
              </button>
              <button type="button" className="minus" aria-label={say("events.exclude", { field, value: shown })} title={say("events.exclude", { field, value: shown })} onClick={() => take({ field, value, not: true })}>−</button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
