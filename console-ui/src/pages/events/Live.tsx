// The live tail: new events as they are recorded, the newest on top. Whoever scrolls down pauses it.
import { Button } from "antd";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { EventList } from "../../parts/EventList.tsx";
import { Failed } from "../../parts/Failed.tsx";
import type { Failure } from "../../service/client.ts";
import { asFailure } from "../../service/hooks.ts";
import { follow } from "../../service/tail.ts";
import type { Found } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { useSay } from "../../shell/words.ts";

const KEPT_MAX = 2000;

export default function Live({ query, columns, detail }: { query: string; columns: readonly string[]; detail: (found: Found) => ReactNode }) {
  const say = useSay();
  const [events, setEvents] = useState<Found[]>([]);
  const [waiting, setWaiting] = useState<Found[]>([]);
  const [paused, setPaused] = useState(false);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const [ended, setEnded] = useState(false);
  const [open, setOpen] = useState("");
  const [turn, setTurn] = useState(0);
  const held = useRef(false);
  held.current = paused;

  useEffect(() => {
    const control = new AbortController();
    setTrouble(null);
    setEnded(false);
    follow(
      query,
      (told) => {
        const fresh = [...told].reverse();
        const add = (old: Found[]) => [...fresh, ...old].slice(0, KEPT_MAX);
        if (held.current) setWaiting(add);
        else setEvents(add);
      },
      control.signal,
    )
      .then(() => setEnded(true))
      .catch((error: unknown) => !control.signal.aborted && setTrouble(asFailure(error)));
    return () => control.abort();
  }, [query, turn]);

  const again = () => setTurn((old) => old + 1);
  const resume = () => {
    setEvents((old) => [...waiting, ...old].slice(0, KEPT_MAX));
    setWaiting([]);
    setPaused(false);
    document.querySelector(".live .list")?.scrollTo({ top: 0 });
  };
  const [focus, setFocus] = useState(-1);
  const toggle = (id: string) => setOpen(open === id ? "" : id);
  useKeys("events.live", {
    pause: () => (held.current ? resume() : setPaused(true)),
    // Whoever goes through the rows reads them: they stand still, as they do for who scrolls.
    next: () => { setPaused(true); setFocus((old) => Math.min(old + 1, events.length - 1)); },
    previous: () => { setPaused(true); setFocus((old) => Math.max(old - 1, 0)); },
    open: () => events[focus] && toggle(events[focus].event.eventId),
  });
  const shown = useMemo(() => events.map((found) => ({ kind: "event" as const, found })), [events]);
  return (
    <section className="live">
      <div className="live-bar" role="status">
        <span className={paused || ended || trouble ? "pulse paused" : "pulse"} aria-hidden />
        {ended || trouble ? (
          <>{say("events.live.ended")} {ended && <Button size="small" onClick={again}>{say("state.again")}</Button>}</>
        ) : paused ? (
          <>{say("events.live.paused", { n: waiting.length })} <Button size="small" type="primary" onClick={resume}>{say("events.live.resume")}</Button></>
        ) : (
          <>{say(events.length === 0 ? "events.live.waiting" : "tail.connected")} <Button size="small" onClick={() => setPaused(true)}>{say("events.live.pause")}</Button></>
        )}
        <span className="faint">{say("events.live.from")}</span>
      </div>
      <Failed failure={trouble} again={again} />
      <EventList rows={shown} columns={columns} openId={open} focus={focus} toggleOpen={toggle} toggleRun={() => undefined}
        detail={detail} more={() => undefined}
        onScroll={() => {
          const top = document.querySelector(".live .list")?.scrollTop ?? 0;
          if (top > 40 && !held.current) setPaused(true);
        }} />
    </section>
  );
}
