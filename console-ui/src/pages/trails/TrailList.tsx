// All trails: how it stands with each, where it delivers to, and what it did lately.
import { Button } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { useAnswer } from "../../service/hooks.ts";
import { trails, type TrailShown } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { go } from "../../shell/route.ts";
import { through } from "../../shell/rows.ts";
import { useSay } from "../../shell/words.ts";
import { DataPlaces, HealthBadge, Lag, LastError, Selected, Sparkline, trailPath, useWatch } from "./parts.tsx";

const WATCH_MS = 30_000;

export function TrailList() {
  const say = useSay();
  const asked = useAnswer("trails", (signal) => trails.list(signal));
  const [until, setUntil] = useState(() => Date.now() + WATCH_MS);
  const { again } = asked;
  useWatch(again, until);
  const look = () => {
    setUntil(Date.now() + WATCH_MS);
    again();
  };
  useKeys("trails", { new: () => go("/trails/new"), refresh: look, ...through(".trail-list h2 a") });
  return (
    <main className="page trails">
      <div className="head-line">
        <h1>{say("trails.title")}</h1>
        <span className="grow" />
        <Button onClick={look} title="r">{say("trails.refresh")}</Button>
        {asked.data !== null && <Button type="primary" onClick={() => go("/trails/new")} title="n">{say("trails.new")}</Button>}
      </div>
      <Answer asked={asked}>
        {(found) =>
          found === null || found.length === 0 ? (
            <section className="empty"><p>{say(found === null ? "trails.missing" : "trails.none")}</p></section>
          ) : (
            <ul className="trail-list">{found.map((one) => <TrailRow key={one.name} trail={one} />)}</ul>
          )
        }
      </Answer>
    </main>
  );
}

function TrailRow({ trail }: { trail: TrailShown }) {
  const say = useSay();
  const places = trail.destinations.filter((place) => place.kind !== "data");
  const data = trail.destinations.filter((place) => place.kind === "data");
  return (
    <li className="card trail-row" data-trail={trail.name}>
      <div className="trail-head">
        <h2><Link to={trailPath(trail.name)}><bdi>{plain(trail.name, 60)}</bdi></Link> <HealthBadge health={trail.health} /></h2>
        <p className="faint"><Selected trail={trail} /></p>
      </div>
      <ul className="trail-places">
        {places.map((place) => (
          <li key={`${place.address}${place.leaving}`}>
            <div className="trail-place">
              {trail.destinations.length > 1 && <HealthBadge health={place.health} />}
              <code>{plain(place.address, 160)}</code>
              <span className="faint">{place.delivered ? <>{say("trails.delivered")} <Moment at={place.delivered} relative /></> : say("trails.notYet")}</span>
              <Lag place={place} />
            </div>
            <LastError place={place} />
          </li>
        ))}
        {data.length > 0 && <li><DataPlaces places={data} /></li>}
      </ul>
      <Sparkline values={trail.lately} />
    </li>
  );
}
