// What the list of trails and the page of one share: how it stands with them, small bars, and a question before a deed.
import { Button } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Dialog } from "../../parts/Dialog.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { plain } from "../../event/inert.ts";
import { useTry } from "../../service/hooks.ts";
import { trails, type Health, type PlaceShown, type TrailShown } from "../../service/trails.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay, type Word } from "../../shell/words.ts";
import { span } from "./figures.ts";

const TONE: Record<Health, string> = { fresh: "badge", paused: "badge warn", delivering: "badge good", lagging: "badge warn", failing: "badge bad" };

export function HealthBadge({ health }: { health: Health }) {
  const say = useSay();
  return <span className={TONE[health]} data-health={health}>{say(`trails.health.${health}`)}</span>;
}

export const trailPath = (name: string): string => `/trails/${encodeURIComponent(name)}`;

/** What waits for a place, and for how long. */
export function Lag({ place }: { place: PlaceShown }) {
  const say = useSay();
  const { language } = usePreferences();
  const parts: string[] = [];
  if (place.waitingEvents) parts.push(say("trails.lag.events", { n: count(place.waitingEvents, language) }));
  if (place.waitingRecords) parts.push(say("trails.lag.records", { n: count(place.waitingRecords, language) }));
  if (parts.length && place.lagSeconds) parts.push(say("trails.lag.since", { t: span(place.lagSeconds, say) }));
  return <span className={place.health === "lagging" ? "warn" : "faint"} data-waiting={place.waitingEvents} data-lag-seconds={place.lagSeconds}>{parts.join(" · ") || say("trails.lag.none")}</span>;
}

/** What went wrong at a place, in words, with what to do; what it said itself is a click away. */
export function LastError({ place }: { place: PlaceShown }) {
  const say = useSay();
  if (!place.error || place.health !== "failing") return null;
  const code = place.trouble === "" || place.trouble === "Unknown" ? "unknown" : place.trouble;
  return (
    <div className="trail-error" role="note" data-trouble={place.trouble}>
      <div className="bad">{say(`trails.why.${code}` as Word)} {place.failed && <span>({say("trails.error.at", { when: "" })}<Moment at={place.failed} relative />)</span>}</div>
      <div>{say("trails.error.again")}</div>
      <details><summary>{say("trails.error.said")}</summary><pre className="message">{plain(place.error, 600)}</pre></details>
    </div>
  );
}

/** The last 24 hours in a line of bars; the figure stands beside it for those who do not see it. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const say = useSay();
  const { language } = usePreferences();
  const most = Math.max(...values, 1);
  const total = values.reduce((sum, one) => sum + one, 0);
  const text = say("trails.lately", { n: count(total, language) });
  return (
    <figure className="spark" data-lately={total}>
      <svg viewBox={`0 0 ${values.length * 5} 28`} preserveAspectRatio="none" role="img" aria-label={text}>
        {values.map((value, at) => {
          const height = value ? Math.max((value / most) * 26, 2) : 1;
          return <rect key={at} className={value ? "bar" : "bar none"} x={at * 5} width={4} y={28 - height} height={height} />;
        })}
      </svg>
      <figcaption>{text}</figcaption>
    </figure>
  );
}

/** The log service's own projects for data events, one in each region: told together, and those that fail alone. */
export function DataPlaces({ places }: { places: readonly PlaceShown[] }) {
  const say = useSay();
  if (places.length === 0) return null;
  const failing = places.filter((place) => place.health === "failing");
  const delivered = places.map((place) => place.delivered).sort().at(-1);
  return (
    <>
      <div className="trail-place">
        <span>{say("trails.data.projects", { n: places.length })}</span>
        <HealthBadge health={failing.length ? "failing" : (places[0]?.health ?? "fresh")} />
        <span className="faint">{delivered ? <>{say("trails.delivered")} <Moment at={delivered} relative /></> : say("trails.notYet")}</span>
      </div>
      {failing.slice(0, 3).map((place) => <div key={place.address}><code>{plain(place.address, 160)}</code><LastError place={place} /></div>)}
    </>
  );
}

export type Deed = "stop" | "delete";

/** Asks once more, says what it means, and does it. */
export function Sure({ deed, name, close, done }: { deed: Deed; name: string; close: () => void; done: () => void }) {
  const say = useSay();
  const { trouble, busy, run } = useTry();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []); // after the dialog has opened, which takes the focus to its first button
  const title = say(`trails.sure.${deed}`, { name: plain(name, 60) });
  const act = () => run(() => (deed === "stop" ? trails.stop(name) : trails.remove(name)).then(done));
  return (
    <Dialog title={title} close={close}>
      <Failed failure={trouble} />
      <p>{say(`trails.sure.${deed}.text`)}</p>
      <p className="events-bar">
        <Button danger type="primary" loading={busy} onClick={act} ref={button}>{say(deed === "stop" ? "trails.stop" : "trails.delete")}</Button>
        <Button onClick={close}>{say("trails.cancel")}</Button>
      </p>
    </Dialog>
  );
}

/** Which events a trail takes, in words. */
export function Selected({ trail }: { trail: TrailShown }): ReactNode {
  const say = useSay();
  const parts = [
    say(`trails.rw.${trail.eventRW}` as Word),
    trail.trailRegion === "All" ? "" : plain(trail.trailRegion, 120),
    trail.dataSelectors.length ? `${say("trails.data")}: ${say("trails.data.n", { n: trail.dataSelectors.length })}` : "",
    trail.insightTypes.length ? `${say("trails.insights")}: ${trail.insightTypes.join(", ")}` : "",
    trail.organizationId ? say("trails.organization.is") : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** `value` as it was a moment after it last changed: nobody is asked with every key. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(JSON.parse(text) as T), ms);
    return () => window.clearTimeout(timer);
  }, [text, ms]);
  return settled;
}

/** Calls `look` every few seconds for a while, as long as the page is seen; each look is a call that is recorded. */
export function useWatch(look: () => void, until: number, ms = 4000): void {
  useEffect(() => {
    const timer = window.setInterval(() => (Date.now() < until ? document.visibilityState === "visible" && look() : window.clearInterval(timer)), ms);
    return () => window.clearInterval(timer);
  }, [look, until, ms]);
}
