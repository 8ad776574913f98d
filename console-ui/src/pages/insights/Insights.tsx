// Insight events that are in the record, each beside the curve of what it is about; honest when there are none.
import { Button, Segmented } from "antd";
import { useEffect, useMemo, useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Link } from "../../parts/Link.tsx";
import { openRange, RangePicker } from "../../parts/RangePicker.tsx";
import { episodes, type Episode } from "../../event/insight.ts";
import { toQuestion, type Range } from "../../query/range.ts";
import { service } from "../../service/client.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import type { Found } from "../../service/types.ts";
import { eventsLink, go, useRoute } from "../../shell/route.ts";
import { useKeys } from "../../shell/keys.ts";
import { through } from "../../shell/rows.ts";
import { showSeen } from "../../shell/seen.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { EpisodeCard } from "./EpisodeCard.tsx";
import { typeName } from "./types.ts";

const QUERY = "eventType: ActionTrailInsight or eventCategory: Insight";
const PAGE = 200;

export default function Insights() {
  const say = useSay();
  const { search } = useRoute();
  const wanted = new URLSearchParams(search);
  const range: Range = { from: wanted.get("from") ?? "-90d", to: wanted.get("to") ?? "now" };
  const type = wanted.get("type") ?? "";
  const [now] = useState(() => Date.now());
  const span = useMemo(() => toQuestion({ from: range.from, to: range.to }, now), [range.from, range.to, now]);
  const asked = useAnswer(`insights ${span.start} ${span.end}`, async (signal) => {
    const page = await service.search({ query: QUERY, ...span, limit: PAGE }, signal);
    showSeen(page.seen);
    return page;
  });
  const show = (next: Partial<Range & { type: string }>) => go(`/insights?${new URLSearchParams({ ...range, type, ...next }).toString()}`);
  const views = ["", ...tally(episodes(asked.data?.events ?? [])).map(([kind]) => kind)];
  useKeys("insights", { ...through(".grid .card > h2 a, .grid .card > .faint a, .empty a"), range: openRange, view: () => show({ type: views[(views.indexOf(type) + 1) % views.length] ?? "" }) });
  return (
    <main className="page">
      <div className="head-line">
        <h1>{say("insights.title")}</h1>
        <span className="grow" />
        <RangePicker range={range} choose={(next) => show(next)} />
      </div>
      <Answer asked={asked}>
        {({ events, nextToken }) => (events.length === 0 ? <Nothing range={range} /> : <Found key={`${span.start} ${span.end}`} first={events} token={nextToken ?? ""} span={span} type={type} choose={(chosen) => show({ type: chosen })} />)}
      </Answer>
    </main>
  );
}

function Nothing({ range }: { range: Range }) {
  const say = useSay();
  return (
    <section className="empty">
      <h2>{say("insights.none")}</h2>
      <p>{say("insights.none.hint")}</p>
      <p><Link to="/">{say("insights.none.instead")}</Link></p>
      <p><Link to={eventsLink({ q: QUERY, ...range })}>{QUERY}</Link></p>
    </section>
  );
}

function Found({ first, token, span, type, choose }: { first: Found[]; token: string; span: { start?: string; end?: string }; type: string; choose: (type: string) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const [events, setEvents] = useState(first);
  const [next, setNext] = useState(token);
  const { trouble, busy, run, again } = useTry();
  useEffect(() => {
    setEvents(first);
    setNext(token);
  }, [first, token]);
  const all = useMemo(() => episodes(events), [events]);
  const kinds = useMemo(() => tally(all), [all]);
  const more = () => run(async () => {
    const page = await service.search({ query: QUERY, ...span, limit: PAGE, token: next });
    setEvents((old) => [...old, ...page.events]);
    setNext(page.nextToken ?? "");
  });
  const shown = all.filter((one) => !type || one.insight.type === type);
  const label = (name: string, number: number) => `${name} · ${count(number, language)}`;
  return (
    <>
      <Segmented className="views" aria-label={say("insights.title")} value={type} onChange={choose}
        options={[{ value: "", label: label(say("insights.all"), all.length) }, ...kinds.map(([kind, number]) => ({ value: kind, label: label(typeName(kind, say), number) }))]} />
      <div className="grid">{shown.map((one) => <EpisodeCard key={(one.ended ?? one.began)?.index} episode={one} />)}</div>
      {next && !trouble && <p><Button loading={busy} onClick={more}>{say("insights.more")}</Button></p>}
      <Failed failure={trouble} again={again} />
    </>
  );
}

function tally(all: readonly Episode[]): [string, number][] {
  const found = new Map<string, number>();
  for (const one of all) found.set(one.insight.type, (found.get(one.insight.type) ?? 0) + 1);
  return [...found].sort((one, other) => other[1] - one[1]);
}
