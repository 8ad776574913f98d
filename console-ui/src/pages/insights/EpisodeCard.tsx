// One insight: what was unusual and for how long, its rate beside the usual one, the curve of the events it is about.
import { useMemo, useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import type { Marks } from "../../parts/bars.ts";
import { Histogram } from "../../parts/Histogram.tsx";
import { Card } from "../../parts/Lines.tsx";
import { actorPath, eventPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import type { Attribution, Episode, Insight, Share } from "../../event/insight.ts";
import { iso } from "../../query/range.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { eventsLink, go } from "../../shell/route.ts";
import { count, useSay, type Say } from "../../shell/words.ts";
import { typeName } from "./types.ts";

const MINUTE_MS = 60_000;
const AROUND_MS = 6 * 60 * MINUTE_MS;

export function EpisodeCard({ episode }: { episode: Episode }) {
  const say = useSay();
  const { insight, began, ended, to } = episode;
  return (
    <Card wide title={<><bdi>{typeName(insight.type, say)}</bdi> <Subject insight={insight} /></>}
      more={<span className="insight-when"><Moment at={iso(episode.from)} />{" "}{to === null ? <span className="badge warn">{say("insights.open")}</span> : say("insights.lasted", { n: minutes((to - episode.from) / MINUTE_MS, say) })}</span>}>
      <Figures insight={insight} />
      <Curve episode={episode} />
      {insight.attributions.length > 0 && <Attributions all={insight.attributions} />}
      <p className="faint insight-ends">
        {began && <Link to={eventPath(began.event.eventId)}>{say("insights.start")}</Link>}
        {ended && <Link to={eventPath(ended.event.eventId)}>{say("insights.end")}</Link>}
      </p>
    </Card>
  );
}

function Subject({ insight }: { insight: Insight }) {
  const text = <bdi>{plain(insight.object, 120)}</bdi>;
  if (!insight.object) return null;
  if (insight.chip?.field === "sourceIpAddress") return <Link to={actorPath("address", insight.object)}>{text}</Link>;
  if (insight.chip?.field === "userIdentity.accessKeyId") return <Link to={actorPath("key", insight.object)}>{text}</Link>;
  return <Link to={eventsLink({ q: insight.query, from: "" })}>{text}</Link>;
}

function Figures({ insight }: { insight: Insight }) {
  const say = useSay();
  const { language } = usePreferences();
  if (insight.unusual === null && insight.usual === null && insight.events === null) return null;
  const times = insight.unusual !== null && insight.usual ? insight.unusual / insight.usual : null;
  return (
    <dl className="figures">
      {insight.unusual !== null && <div className="unusual"><dt>{say("insights.rate")}</dt><dd>{say("insights.minute", { n: rate(insight.unusual, language) })}{times !== null && times >= 1.05 && <span className="faint"> · {say("insights.times", { n: rate(times, language) })}</span>}</dd></div>}
      {insight.usual !== null && (
        <div className="usual">
          <dt>{say("insights.usual")}</dt>
          <dd>{insight.usual === 0 ? say("insights.never") : say("insights.minute", { n: rate(insight.usual, language) })}{insight.compared !== null && <span className="faint"> · {say("insights.over", { n: minutes(insight.compared, say) })}</span>}</dd>
        </div>
      )}
      {insight.events !== null && <div><dt>{say("insights.counted")}</dt><dd>{count(insight.events, language)}</dd></div>}
    </dl>
  );
}

/** The events are in the record too, so the curve is drawn from them, and not from what the insight claims. */
function Curve({ episode }: { episode: Episode }) {
  const say = useSay();
  const { language } = usePreferences();
  const [now] = useState(() => Date.now());
  const { insight } = episode;
  const until = episode.to ?? now;
  const margin = Math.max(AROUND_MS, until - episode.from);
  const [from, to] = [episode.from - margin, Math.min(until + margin, Math.max(now, until))];
  const key = `insight ${insight.query} ${from} ${to}`;
  const asked = useAnswer(key, (signal) => service.histogram({ query: insight.query, start: iso(from), end: iso(to), buckets: 96 }, signal));
  const marks = useMemo<Marks>(() => {
    const level = (perMinute: number | null, kind: "usual" | "unusual", name: string) => (perMinute === null ? [] : [{ perMinute, kind, name }]);
    return {
      band: [episode.from, until],
      levels: [...level(insight.usual, "usual", say("insights.usual")), ...level(insight.unusual, "unusual", say("insights.rate"))],
    };
  }, [episode.from, until, insight, say]);
  return (
    <>
      <p className="faint">
        {say("insights.curve")} · <Link to={eventsLink({ q: insight.query, from: iso(from), to: iso(to) })}>{say("insights.events")}{asked.data ? ` (${count(asked.data.total, language)})` : ""}</Link>
      </p>
      <Answer asked={asked} lines={2}>
        {(data) => <Histogram data={data} from={from} to={to} marks={marks} choose={(start, end) => go(eventsLink({ q: insight.query, from: iso(start), to: iso(end) }))} />}
      </Answer>
    </>
  );
}

function Attributions({ all }: { all: readonly Attribution[] }) {
  const say = useSay();
  return (
    <table className="plain attributions">
      <caption className="faint">{say("insights.who")}</caption>
      <thead><tr><th scope="col"><span className="sr-only">·</span></th><th scope="col">{say("insights.rate")}</th><th scope="col">{say("insights.usual")}</th></tr></thead>
      <tbody>
        {all.map((one) => (
          <tr key={one.name}>
            <th scope="row">{plain(one.name, 60)}</th>
            <td><Shares shares={one.unusual} known={one.usual} /></td>
            <td><Shares shares={one.usual} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** With `known`, what is not among those is marked as never seen before. */
function Shares({ shares, known }: { shares: readonly Share[]; known?: readonly Share[] }) {
  const say = useSay();
  const { language } = usePreferences();
  if (shares.length === 0) return <span className="faint">—</span>;
  return (
    <ul className="shares">
      {shares.slice(0, 10).map((one, at) => (
        <li key={`${at}${one.value}`}>
          <bdi title={plain(one.value, 300)}>{plain(one.value, 80)}</bdi>
          {one.average !== null && <span className="number">{rate(one.average, language)}</span>}
          {known && !known.some((other) => other.value === one.value) && <span className="badge warn">{say("insights.never")}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Rates span many magnitudes: three digits that count. */
function rate(value: number, language: string): string {
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en", { maximumSignificantDigits: 3 }).format(value);
}

function minutes(value: number, say: Say): string {
  if (value >= 2880) return say("unit.d", { n: Math.round(value / 1440) });
  return value >= 120 ? say("unit.h", { n: Math.round(value / 60) }) : say("unit.m", { n: Math.max(Math.round(value), 1) });
}
