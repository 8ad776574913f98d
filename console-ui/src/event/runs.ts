// Runs of reading calls by one actor, so that five hundred Describe… take one line. Pure.
import type { Found } from "../service/types.ts";
import { actorOf } from "./facts.ts";

export type Run = { kind: "run"; key: string; events: Found[]; open: boolean };
export type Row = { kind: "event"; found: Found } | Run;

export const RUN_MIN = 4;

/**
 * `events` as rows: a run of at least `RUN_MIN` successful reads by one actor becomes one row, with its events behind it if it is open.
 *
 * `opened` holds a key of each run that somebody opened: it stays open when more events come before or behind those it had.
 * The event `read`, which somebody reads, is never folded away by what arrives.
 */
export function rows(events: readonly Found[], opened: ReadonlySet<string>, read = ""): Row[] {
  const found: Row[] = [];
  let run: Found[] = [];
  const close = () => {
    const first = run[0];
    const all = run.map((one) => ({ kind: "event" as const, found: one }));
    if (first && run.length >= RUN_MIN) {
      const open = run.some((one) => opened.has(keyOf(one))) || holds(run, read);
      found.push({ kind: "run", key: keyOf(first), events: run, open }, ...(open ? all : []));
    } else found.push(...all);
    run = [];
  };
  for (const one of events) {
    const quiet = one.event.eventRW === "Read" && !one.event.errorCode;
    if (quiet && (run.length === 0 || who(run[0]) === who(one))) run.push(one);
    else {
      close();
      if (quiet) run.push(one);
      else found.push({ kind: "event", found: one });
    }
  }
  close();
  return found;
}

/** What is opened once `run` was folded if it is open, or opened if it is not: the keys of opened runs, and the event that is read. */
export function toggled(run: Run, now: { runs: string[]; open: string; tab: string }): { runs: string[]; open: string; tab: string } {
  const mine = new Set(run.events.map(keyOf));
  const others = now.runs.filter((one) => !mine.has(one));
  if (!run.open) return { ...now, runs: [...others, run.key] };
  return { runs: others, ...(holds(run.events, now.open) ? { open: "", tab: "" } : { open: now.open, tab: now.tab }) };
}

function holds(run: readonly Found[], id: string): boolean {
  return id !== "" && run.some((one) => one.event.eventId === id);
}

function keyOf(one: Found): string {
  return `run:${one.index}`;
}

function who(one: Found | undefined): string {
  return one ? `${actorOf(one.event).id}\n${one.event.sourceIpAddress ?? ""}` : "";
}
