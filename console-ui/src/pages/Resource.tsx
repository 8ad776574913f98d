// A resource: its life in order, who changed it and how, each change beside the value before it.
import { Switch } from "antd";
import { useState } from "react";
import { Answer } from "../parts/Answer.tsx";
import { Card, counts, Tile, Top } from "../parts/Lines.tsx";
import { actorPath, eventPath, Link, resourcePath } from "../parts/Link.tsx";
import { Moment } from "../parts/Moment.tsx";
import { SentenceLine } from "../parts/SentenceLine.tsx";
import { tone } from "../parts/EventList.tsx";
import { ChangeTable } from "../parts/EventDetail.tsx";
import type { Change } from "../event/changes.ts";
import { plain } from "../event/inert.ts";
import { fromLine, pages, type LifeStep, type ResourcePage } from "../service/pages.ts";
import { useAnswer } from "../service/hooks.ts";
import { usePreferences } from "../shell/preferences.ts";
import { eventsLink, go } from "../shell/route.ts";
import { useKeys } from "../shell/keys.ts";
import { through } from "../shell/rows.ts";
import { showSeen } from "../shell/seen.ts";
import { count, useSay } from "../shell/words.ts";

export default function Resource({ name }: { name: string }) {
  const say = useSay();
  const [reads, setReads] = useState(false);
  const asked = useAnswer(`resource${name}${reads}`, async (signal) => {
    const page = await pages.resource(name, reads, signal);
    showSeen(page.seen);
    return page;
  });
  const all = eventsLink({ f: [["resourceName", name]], from: "" });
  useKeys("resource", { ...through(".timeline .line > a, .top a"), reads: () => setReads(!reads), search: () => go(all) });
  return (
    <main className="page">
      <div className="head-line">
        <h1><span className="faint">{say("resource.title")}</span> <bdi>{plain(name, 120)}</bdi></h1>
        <span className="grow" />
        <label className="switch"><Switch size="small" checked={reads} onChange={setReads} aria-label={say("resource.showReads")} /> {say("resource.showReads")}</label>
        <Link to={all} title="/">{say("actor.all")}</Link>
      </div>
      <Answer asked={asked} lines={8}>{(page) => <Life page={page} reads={reads} />}</Answer>
    </main>
  );
}

function Life({ page, reads }: { page: ResourcePage; reads: boolean }) {
  const say = useSay();
  const { language } = usePreferences();
  const number = (one: number) => count(one, language);
  if (page.events === 0)
    return (
      <p className="faint">
        {say("resource.none", { id: plain(page.id, 100) })} {page.mentions > 0 && <Link to={eventsLink({ q: `"${page.id.replace(/["\\]/g, " ")}"`, from: "" })}>{say("resource.mentions", { n: number(page.mentions) })}</Link>}
      </p>
    );
  return (
    <>
      <div className="tiles">
        <Tile text value={page.types.map((one) => one.value).join(", ") || "—"} label={say("resource.type")} />
        <Tile text value={<Moment at={page.firstSeen} />} label={say("actor.first")} note={page.created ? say("resource.created") : say("resource.before")} />
        <Tile text value={<Moment at={page.lastSeen} />} label={say("actor.last")} note={page.deleted ? <span className="badge bad">{say("resource.deleted")}</span> : page.exists ? <span className="badge good">{say("resource.exists")}</span> : ""} />
        <Tile value={number(page.writes)} label={say("actor.writes")} />
        <Tile value={number(page.failures)} label={say("actor.failures")} alarm={page.failures > 0} />
      </div>
      <div className="grid">
        <Card wide title={say("resource.life")} more={!reads && page.reads > 0 ? <span className="faint">{say("resource.reads", { n: number(page.reads) })}</span> : undefined}>
          {!page.complete && <p className="warn">{say("resource.incomplete")}</p>}
          <ol className="timeline">{page.steps.map((step) => <StepLine key={step.event.index} step={step} />)}</ol>
          {page.steps.length === 0 && <p className="faint">{say("resource.onlyReads")}</p>}
        </Card>
        <Card title={say("resource.actors")}><Top values={counts(page.actors)} link={(value) => actorPath(value.includes(":") ? "role" : "user", value.split(":")[0] ?? value)} /></Card>
        <Card title={say("resource.related")}><Top values={page.related.slice(0, 15).map((one) => ({ value: one.id, count: one.writes + one.reads, note: <span className="faint">{one.type.split("::").at(-1)}</span> }))} link={resourcePath} /></Card>
      </div>
    </>
  );
}

function StepLine({ step }: { step: LifeStep }) {
  const say = useSay();
  const found = fromLine(step.event);
  const changes: Change[] = step.changes.map((one) => ({
    path: one.field.replace(/^requestParameters\./, ""),
    before: one.before,
    after: one.after,
    certainty: one.mark === "observed" ? "observed" : one.before === null ? (step.phase === "create" ? "first" : "unknown before") : "inferred",
    by: one.sinceEventId || undefined,
  }));
  return (
    <li className={tone(found)}>
      <div className="line">
        <Link to={eventPath(step.event.eventId)}><Moment at={step.event.time} /></Link>
        {(step.phase === "create" || step.phase === "delete") && !step.failed && <span className={step.phase === "create" ? "badge good" : "badge bad"}>{say(step.phase === "create" ? "resource.created" : "resource.deleted")}</span>}
        <SentenceLine event={found.event} channel={step.event.channel} />
      </div>
      {changes.length > 0 && <ChangeTable changes={changes} />}
    </li>
  );
}
