// What was recorded before a trail began, brought to its destinations after all: begun, followed to its end, stopped.
import { Button } from "antd";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { iso } from "../../query/range.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import { trails, type JobShown, type TrailShown } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { fromInput, zoneName } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { size, span } from "./figures.ts";
import { useWatch } from "./parts.tsx";

const OFTEN_MS = 1500;
const SELDOM_MS = 15_000;
const OFTEN_UNTIL_MS = 120_000;
const isRunning = (job: JobShown): boolean => job.state === "beginning" || job.state === "at work";

export function Backfills({ trail, look }: { trail: TrailShown; look: () => void }) {
  const say = useSay();
  const { zone } = usePreferences();
  const asked = useAnswer(`jobs${trail.name}`, (signal) => trails.jobs(trail.name, signal));
  const { busy, trouble, run, again } = useTry();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [began, setBegan] = useState(() => Date.now());
  const first = useRef<HTMLInputElement>(null);
  const running = asked.data?.jobs.some(isRunning) ?? false;
  useWatch(asked.again, running ? Number.MAX_SAFE_INTEGER : 0, Date.now() - began < OFTEN_UNTIL_MS ? OFTEN_MS : SELDOM_MS);
  const ran = useRef(false);
  useEffect(() => {
    if (ran.current && !running) look(); // what it brought is to be seen above
    ran.current = running;
  }, [running]);
  useKeys("trail.backfills", { begin: () => first.current?.focus() });
  const moment = (text: string): string => {
    const at = text ? fromInput(text, zone) : Number.NaN;
    return Number.isNaN(at) ? "" : iso(at);
  };
  const begin = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await trails.backfill(trail.name, { start: moment(from), end: moment(to), clientToken: "" });
      setBegan(Date.now());
      first.current?.blur();
      asked.changed();
      look();
    });
  };
  const cancel = (job: JobShown) => run(async () => { await trails.cancel(trail.name, job.id); asked.changed(); });
  return (
    <Card title={say("trails.backfills")}>
      <Failed failure={trouble} again={again} />
      <form className="backfill" onSubmit={begin}>
        <label>{say("trails.backfill.from")} ({zoneName(zone)})<input ref={first} type="datetime-local" step={1} value={from} onChange={(event) => setFrom(event.target.value)} title="b" /></label>
        <label>{say("trails.backfill.to")}<input type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.target.value)} /></label>
        <Button htmlType="submit" loading={busy} disabled={running || trail.organizationId !== ""}>{say("trails.backfill")}</Button>
      </form>
      <p className="faint">{say("trails.backfill.hint")}</p>
      <Answer asked={asked} lines={2}>
        {({ jobs }) => jobs.length === 0 ? <p className="faint">{say("trails.backfills.none")}</p> : <ul className="jobs">{jobs.map((job) => <Job key={job.id} job={job} cancel={() => cancel(job)} />)}</ul>}
      </Answer>
    </Card>
  );
}

function Job({ job, cancel }: { job: JobShown; cancel: () => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const on = isRunning(job);
  const n = (number: number): string => count(number, language);
  return (
    <li data-row tabIndex={-1} data-job={job.id} data-state={job.state} data-events={job.events}>
      <div className="trail-place">
        <span className={job.state === "failed" ? "badge bad" : job.state === "done" ? "badge good" : "badge"}>{say(`trails.backfill.state.${job.state}`)}</span>
        <span><Moment at={job.start} /> – <Moment at={job.end} /></span>
        <span className="grow" />
        {on ? <Ask title={say("trails.backfill.sure")} yes={cancel}><Button size="small" data-deed="remove" title="j … x">{say("trails.backfill.cancel")}</Button></Ask>
          : <Ask title={say("trails.backfill.forget.sure")} yes={cancel}><Button size="small" type="text" data-deed="remove">{say("trails.backfill.forget")}</Button></Ask>}
      </div>
      <progress max={1} value={job.progress} aria-label={say("trails.progress", { n: job.id })} />
      <div className="faint">
        {say("trails.backfill.brought", { n: n(job.events), size: size(job.bytes) })} · {say("trails.backfill.looked", { done: n(job.recordsDone), total: n(job.recordsTotal) })}
        {job.eventsPerSecond > 0 && <> · {say("trails.backfill.rate", { n: n(Math.round(job.eventsPerSecond)) })}</>}
        {on && job.remainingSeconds > 0 && <> · {say("trails.backfill.left", { t: span(job.remainingSeconds, say) })}</>}
      </div>
      {job.error && <div className="bad">{plain(job.error, 300)}</div>}
    </li>
  );
}
