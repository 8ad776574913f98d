// The first page: is everything recorded, who was active, what failed, what changed, what is new, and is the log true.
import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { Answer } from "../parts/Answer.tsx";
import { Card, Lines, Tile, Top } from "../parts/Lines.tsx";
import { actorPath, eventPath, Link } from "../parts/Link.tsx";
import { Moment } from "../parts/Moment.tsx";
import { SentenceLine } from "../parts/SentenceLine.tsx";
import { plain } from "../event/inert.ts";
import { toQuestion } from "../query/range.ts";
import { pages, type Active, type Figures, type Highlights, type Span, type Tally } from "../service/pages.ts";
import { useAnswer } from "../service/hooks.ts";
import { eventsLink, go, useRoute } from "../shell/route.ts";
import { useKeys } from "../shell/keys.ts";
import { through } from "../shell/rows.ts";
import { showSeen } from "../shell/seen.ts";
import { usePreferences } from "../shell/preferences.ts";
import { count, useSay } from "../shell/words.ts";
import { alarmed, type Alarm } from "./overview/alarms.ts";
import { ProofTile } from "./overview/ProofTile.tsx";
import { TrailsTile } from "./overview/TrailsTile.tsx";
import { rangeText } from "../parts/RangePicker.tsx";

const RANGES = ["-24h", "-3d", "-7d", "-14d", "-30d"];

export default function Overview() {
  const say = useSay();
  const { zone } = usePreferences();
  const { search } = useRoute();
  const from = new URLSearchParams(search).get("from") ?? "-7d";
  const [now] = useState(() => Date.now());
  const span = useMemo(() => toQuestion({ from, to: "now" }, now), [from, now]);
  // The figures come first, and alone: what reads the whole record is asked for while they are read.
  const figures = useAnswer(`figures${from}`, (signal) => pages.figures(span, signal));
  const rest = useAnswer(figures.data ? `highlights${from}` : "", async (signal) => {
    const data = await pages.highlights(span, signal);
    showSeen(data.seen);
    return data;
  });
  useKeys("overview", { ...through(".tile[href], .alarms a, .card .more a, .top a"), ranges: (at) => go(`/?from=${RANGES[at]}`) });
  return (
    <main className="page">
      <div className="head-line">
        <h1>{say("overview.title")}</h1>
        <span className="grow" />
        <Segmented value={from} onChange={(value) => go(`/?from=${value}`)} options={RANGES.map((value) => ({ value, label: rangeText({ from: value, to: "now" }, say, zone) }))} />
      </div>
      <Answer asked={figures} lines={8}>
        {(counted) => (
          <>
            <Tiles data={counted} from={from} />
            <Answer asked={rest} lines={8}>{(data) => <Board counted={counted} data={data} span={span} from={from} />}</Answer>
          </>
        )}
      </Answer>
    </main>
  );
}

function Board({ counted, data, span, from }: { counted: Figures; data: Highlights; span: Span; from: string }) {
  const say = useSay();
  const { language } = usePreferences();
  // What the figures mean is looked for while they are read.
  const alarms = useAnswer(counted.current.events > 0 ? `alarms${from}${data.now}` : "", (signal) => alarmed(span, data, signal));
  const number = (one: number) => count(one, language);
  const link = (f: [string, string][], x: [string, string][] = []) => eventsLink({ f, x, from });
  return (
    <div className="grid">
      <Card wide title={say("overview.alarm")}>
        {counted.current.events > 0 ? <Answer asked={alarms}>{(found) => <Alarms alarms={found} />}</Answer> : <Nothing ever={data.begins !== ""} />}
      </Card>
      <Card title={say("overview.recorded")}>
        <Sources data={data} />
      </Card>
      <ProofTile checkpoint={counted.proof.checkpoint} />
      <TrailsTile />
      <Card title={say("overview.active")}>
        <Top values={data.actors.map((one) => ({ value: one.value, count: one.events }))} link={(value) => actorPath(data.actors.find((one) => one.value === value)?.kind ?? "user", value)} />
      </Card>
      <Card title={say("overview.failed")} more={<Link to={link([], [["errorCode", ""]])}>{number(counted.current.failures)}</Link>}>
        <Top values={data.errors.map((one) => ({ value: one.errorCode, count: one.count }))} link={(value) => link([["errorCode", value]])} />
      </Card>
      <Card title={say("overview.changed")} more={<Link to={eventsLink({ x: [["eventRW", "Read"]], from })}>{number(counted.current.writes)}</Link>}>
        <Top values={data.changes.map((one) => ({ value: `${one.serviceName} · ${one.resourceType || "—"}`, count: one.count }))}
          link={(value) => {
            const [service = "", type = ""] = value.split(" · ");
            return link([["serviceName", service], ...(type === "—" ? [] : [["resourceType", type] as [string, string]]), ["eventRW", "Write"]]);
          }} />
      </Card>
      <Card title={say("overview.newActors")}><Fresh all={data.newActors} begins={data.begins} since={counted.current.start} /></Card>
      <Card title={say("overview.newAddresses")}><Fresh all={data.newAddresses} begins={data.begins} since={counted.current.start} /></Card>
      <Card title={say("overview.sensitive")} more={<Link to={link([["eventAttributes.SensitiveAction", "true"]])}>{number(counted.current.sensitive)}</Link>}>
        <Top values={data.sensitive.map((one) => ({ value: one.eventName, count: one.count }))} link={(value) => link([["eventName", value]])} />
      </Card>
      <Card wide title={say("overview.sensitive.latest")}><Lines lines={data.sensitiveEvents.slice(0, 12)} /></Card>
    </div>
  );
}

function Tiles({ data, from }: { data: Figures; from: string }) {
  const say = useSay();
  const { language } = usePreferences();
  const tile = (name: keyof Tally, label: string, to: string, alarm = false) => {
    const now = data.current[name] as number;
    const before = data.previous[name] as number;
    const change = before > 0 ? `${now >= before ? "+" : "−"}${Math.round((Math.abs(now - before) / before) * 100)} %` : "";
    return <Tile value={count(now, language)} label={label} to={to} alarm={alarm && now > 0} note={change || "\u00a0"} />;
  };
  return (
    <div className="tiles">
      {tile("events", say("overview.events"), eventsLink({ from }))}
      {tile("writes", say("actor.writes"), eventsLink({ x: [["eventRW", "Read"]], from }))}
      {tile("failures", say("actor.failures"), eventsLink({ x: [["errorCode", ""]], from }))}
      {tile("sensitive", say("overview.sensitive"), eventsLink({ f: [["eventAttributes.SensitiveAction", "true"]], from }), true)}
      {tile("actors", say("overview.actors"), eventsLink({ from }))}
      <Tile value={count(data.proof.size, language)} label={say("overview.records")} to="/integrity" note={data.proof.lag > 0 ? say("overview.lag", { n: data.proof.lag }) : say("foot.whole")} />
    </div>
  );
}

function Alarms({ alarms }: { alarms: Alarm[] }) {
  const say = useSay();
  if (alarms.length === 0) return <p className="good">{say("overview.calm")}</p>;
  return (
    <ul className="alarms">
      {alarms.map(({ word, found, more, query, from }) => (
        <li key={`${word}${found.index}`}>
          <Link to={eventPath(found.event.eventId)}><Moment at={found.event.eventTime} /></Link>
          <strong>{say(word)}</strong>
          {more > 0 ? <Link to={eventsLink({ q: query, from })}>+{more}</Link> : <span />}
          <SentenceLine event={found.event} channel={found.channel} />
        </li>
      ))}
    </ul>
  );
}

/** What there is to say where nothing happened: that all is calm would be a claim. */
function Nothing({ ever }: { ever: boolean }) {
  const say = useSay();
  if (ever) return <p className="nothing">{say("overview.nothing.range")}</p>;
  return <p className="nothing"><strong>{say("overview.nothing")}</strong> {say("overview.nothing.how")}</p>;
}

function Sources({ data }: { data: Highlights }) {
  const say = useSay();
  const { language } = usePreferences();
  if (data.sources.length === 0) return <p className="faint">{say("overview.nosource")}</p>;
  return (
    <ul className="top">
      {data.sources.map((one) => (
        <li key={`${one.source}${one.format}`}>
          <span className={one.quiet ? "badge warn" : "badge good"} aria-hidden>{one.quiet ? "!" : "✓"}</span>
          <bdi title={plain(`${one.source} · ${one.format}`, 200)}>{plain(one.label || one.source, 40)} · {one.format}</bdi>
          <span className="number">
            {one.quiet ? say("overview.silent", { n: hours(one.silentSeconds, say) }) : <>{count(one.events, language)} · <Moment at={one.lastReceived} relative /></>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function hours(seconds: number, say: ReturnType<typeof useSay>): string {
  return seconds < 7200 ? say("unit.m", { n: Math.round(seconds / 60) }) : seconds < 172_800 ? say("unit.h", { n: Math.round(seconds / 3600) }) : say("unit.d", { n: Math.round(seconds / 86_400) });
}

/** Whom nobody had seen before `since`; where the record only `begins` then, everybody would be new. */
function Fresh({ all, begins, since }: { all: Active[]; begins: string; since: string }) {
  const say = useSay();
  if (begins && begins >= since) return <p className="faint">{say("overview.begins")} <Moment at={begins} /></p>;
  const kinds = new Map(all.map((one) => [one.value, one]));
  return (
    <Top values={all.map((one) => ({ value: one.value, count: one.events, note: <span className="faint">{say("overview.first", { when: "" })}<Moment at={one.first} /></span> }))}
      link={(value) => actorPath(kinds.get(value)?.kind ?? "user", value)} />
  );
}
