// One trail: how it stands, what it delivered over time, the past brought along, and whether all of it is still there.
import { Button } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import { isOn, trails, type TrailShown } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { eventsLink, go } from "../../shell/route.ts";
import { chosen, deed as press, step } from "../../shell/rows.ts";
import { useSay } from "../../shell/words.ts";
import { Backfills } from "./Backfills.tsx";
import { DataPlaces, HealthBadge, Lag, LastError, Selected, Sure, trailPath, useWatch, type Deed } from "./parts.tsx";
import { Verification } from "./Verification.tsx";
import { VolumeCard } from "./Volume.tsx";

const WATCH_MS = 30_000;

export function TrailPage({ name }: { name: string }) {
  const say = useSay();
  const asked = useAnswer(`trail${name}`, (signal) => trails.get(name, signal));
  const [until, setUntil] = useState(() => Date.now() + WATCH_MS);
  const [turn, setTurn] = useState(0);
  const { again } = asked;
  useWatch(again, until);
  const look = () => {
    setUntil(Date.now() + WATCH_MS);
    setTurn((old) => old + 1);
    again();
  };
  return (
    <main className="page trails">
      <nav aria-label={say("trails.title")}><Link to="/trails">← {say("trails.back")}</Link></nav>
      <Answer asked={asked}>{(trail) => <Whole trail={trail} look={look} turn={turn} />}</Answer>
    </main>
  );
}

function Whole({ trail, look, turn }: { trail: TrailShown; look: () => void; turn: number }) {
  const say = useSay();
  const [deed, setDeed] = useState<Deed | null>(null);
  const { busy, trouble, run, again } = useTry();
  const on = isOn(trail);
  const data = trail.destinations.filter((place) => place.kind === "data");
  const edit = () => go(`${trailPath(trail.name)}/edit`);
  const change = () => (on ? setDeed("stop") : run(async () => { await trails.start(trail.name); look(); }));
  // A backfill that is chosen is what is meant, and the trail itself otherwise; either asks first.
  useKeys("trail", { next: () => step(1), previous: () => step(-1), edit, switch: change, remove: () => (chosen() ? press("remove") : setDeed("delete")), refresh: look });
  const done = () => {
    setDeed(null);
    if (deed === "delete") go("/trails");
    else look();
  };
  return (
    <>
      <div className="head-line">
        <h1><bdi>{plain(trail.name, 60)}</bdi> <HealthBadge health={trail.health} /></h1>
        <span className="grow" />
        <Button onClick={look} title="r">{say("trails.refresh")}</Button>
        <Button onClick={edit} title="e">{say("trails.edit")}</Button>
        <Button loading={busy} onClick={change} title="w">{say(on ? "trails.stop" : "trails.start")}</Button>
        <Button danger onClick={() => setDeed("delete")} title="x">{say("trails.delete")}</Button>
      </div>
      <Failed failure={trouble} again={again} />
      {deed && <Sure deed={deed} name={trail.name} close={() => setDeed(null)} done={done} />}
      <div className="grid two">
        <Card title={say("trails.destinations")} more={<Link to={eventsLink({ f: [["resourceName", trail.name], ["serviceName", "Actiontrail"]], from: "" })}>{say("nav.events")}</Link>} wide>
          <dl className="facts">
            <dt>{say("trails.selector")}</dt>
            <dd><Selected trail={trail} /></dd>
            {trail.destinations.filter((place) => place.kind !== "data").map((place) => (
              <div key={`${place.address}${place.leaving}`} className="contents" data-place={place.address}>
                <dt>{say("trails.destination")}</dt>
                <dd>
                  <div className="trail-place">
                    <code>{plain(place.address, 200)}</code> <HealthBadge health={place.health} />
                    {place.leaving && <span className="faint">{say("trails.leaving")}</span>}
                  </div>
                  <div className="trail-place">
                    {place.delivered ? <span>{say("trails.delivered")} <Moment at={place.delivered} relative /></span> : <span className="faint">{say("trails.notYet")}</span>}
                    <span>{say("trails.lag")}: <Lag place={place} /></span>
                  </div>
                  <LastError place={place} />
                </dd>
              </div>
            ))}
            {data.length > 0 && <><dt>{say("trails.data")}</dt><dd><DataPlaces places={data} /></dd></>}
          </dl>
        </Card>
        <VolumeCard name={trail.name} turn={turn} />
        <Backfills trail={trail} look={look} />
        <Verification trail={trail} />
      </div>
    </>
  );
}
