// Runs of reading calls by one actor, so that five hundred Describe… take one line. Pure.
import type { Found } from "../service/types.ts";
import { actorOf } from "./facts.ts";

export type Row = { kind: "event"; found: Found } | { kind: "run"; key: string; events: Found[] };

export const RUN_MIN = 4;

/** `events` as rows: a run of at least `RUN_MIN` successful reads by one actor becomes one row, unless it is in `opened`. */
export function rows(events: readonly Found[], opened: ReadonlySet<string>): Row[] {
  const found: Row[] = [];
  let run: Found[] = [];
  const close = () => {
    const first = run[0];
    if (first && run.length >= RUN_MIN) {
      const key = `run:${first.index}`;
      found.push({ kind: "run", key, events: run });
      if (opened.has(key)) found.push(...run.map((one) => ({ kind: "event" as const, found: one })));
    } else found.push(...run.map((one) => ({ kind: "event" as const, found: one })));
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

function who(one: Found | undefined): string {
  return one ? `${actorOf(one.event).id}\n${one.event.sourceIpAddress ?? ""}` : "";
}
