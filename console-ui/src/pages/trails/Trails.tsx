// Trails: copies of the record on their way to other places. How far each is, what troubles it, and what it would take along.
import { Button, Popconfirm } from "antd";
import { useEffect, useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Card } from "../../parts/Lines.tsx";
import { eventsLink } from "../../shell/route.ts";
import { Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { parseCheckpoint, parseNote } from "../../proof/note.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import { isOn, lagOf, trails, type TrailShown } from "../../service/trails.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { Trouble, useTry } from "../settings/Own.tsx";
import { Backfills } from "./Backfills.tsx";
import { TrailEditor } from "./TrailEditor.tsx";

const LOOK_MS = 4000;
const WATCH_MS = 30_000;

export default function Trails() {
  const say = useSay();
  const [editing, setEditing] = useState<TrailShown | "new" | null>(null);
  const asked = useAnswer("trails", async (signal) => {
    const [found, note] = await Promise.all([trails.list(signal), service.checkpoint(signal)]);
    return { found, size: parseCheckpoint(parseNote(note).text).size };
  });
  // Each look is a call that is recorded, so one looks by oneself only for a while after something was done.
  const { again } = asked;
  const [until, setUntil] = useState(() => Date.now() + WATCH_MS);
  useEffect(() => {
    const timer = window.setInterval(() => (Date.now() < until ? document.visibilityState === "visible" && again() : window.clearInterval(timer)), LOOK_MS);
    return () => window.clearInterval(timer);
  }, [again, until]);
  const look = () => {
    setUntil(Date.now() + WATCH_MS);
    again();
  };
  const done = () => {
    setEditing(null);
    look();
  };
  return (
    <main className="page">
      <div className="head-line">
        <h1>{say("trails.title")}</h1>
        <span className="grow" />
        <Button onClick={look}>{say("trails.refresh")}</Button>
        {asked.data?.found && <Button type="primary" onClick={() => setEditing("new")}>{say("trails.new")}</Button>}
      </div>
      {editing && <TrailEditor key={editing === "new" ? "new" : editing.name} trail={editing === "new" ? null : editing} close={() => setEditing(null)} done={done} />}
      <Answer asked={asked}>
        {({ found, size }) =>
          found === null || found.length === 0 ? (
            <section className="empty"><p>{say(found === null ? "trails.missing" : "trails.none")}</p></section>
          ) : (
            <div className="grid two">{found.map((one) => <TrailCard key={one.name} trail={one} size={size} edit={() => setEditing(one)} again={look} />)}</div>
          )
        }
      </Answer>
    </main>
  );
}

function TrailCard({ trail, size, edit, again }: { trail: TrailShown; size: number; edit: () => void; again: () => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const { busy, trouble, run } = useTry();
  const then = (work: () => Promise<unknown>) => run(async () => { await work(); again(); });
  const on = isOn(trail);
  return (
    <Card title={<><bdi>{plain(trail.name, 60)}</bdi> <span className={on ? "badge good" : "badge warn"}>{say(on ? "trails.on" : "trails.off")}</span></>}
      more={<Link to={eventsLink({ f: [["resourceName", trail.name], ["serviceName", "Actiontrail"]], from: "" })}>{say("nav.events")}</Link>}>
      <Trouble text={trouble} />
      <dl className="facts">
        <dt>{say("trails.selector")}</dt>
        <dd>{trail.eventRW} · {plain(trail.trailRegion, 120)}</dd>
        {trail.destinations.map((place) => {
          const lag = lagOf(place, size);
          return (
            <div key={place.address} style={{ display: "contents" }}>
              <dt>{say("trails.destination")}</dt>
              <dd>
                <code>{plain(place.address, 200)}</code>
                <div>
                  {place.delivered ? <>{say("trails.delivered")} <Moment at={place.delivered} relative /></> : <span className="faint">{say("trails.notYet")}</span>}
                  {lag !== null && <> · <span className={lag > 0 ? "warn" : "ok"} data-lag={lag}>{lag > 0 ? say("foot.lag", { n: count(lag, language) }) : say("foot.whole")}</span></>}
                </div>
                {place.error && <div className="bad">{say("trails.error")}: {plain(place.error, 300)}</div>}
              </dd>
            </div>
          );
        })}
      </dl>
      <p className="events-bar">
        <Button size="small" loading={busy} onClick={() => then(() => (on ? trails.stop(trail.name) : trails.start(trail.name)))}>{say(on ? "trails.stop" : "trails.start")}</Button>
        <Button size="small" onClick={edit}>{say("trails.edit")}</Button>
        <Popconfirm title={say("trails.sure")} onConfirm={() => then(() => trails.remove(trail.name))}><Button size="small" danger>{say("trails.delete")}</Button></Popconfirm>
      </p>
      <Backfills trail={trail.name} />
    </Card>
  );
}
