// The Events page: everything it shows is in its address, so that a link is the page and back is undo.
import { Button, Switch, Tooltip } from "antd";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { resourcesOf } from "../../event/facts.ts";
import { rows } from "../../event/runs.ts";
import { EventDetail } from "../../parts/EventDetail.tsx";
import { EventList, EventRow } from "../../parts/EventList.tsx";
import { FACET_FIELDS, FacetPane } from "../../parts/FacetPane.tsx";
import { Histogram } from "../../parts/Histogram.tsx";
import { QueryBar } from "../../parts/QueryBar.tsx";
import { RangePicker } from "../../parts/RangePicker.tsx";
import { Progress, Trouble } from "../../parts/Answer.tsx";
import { compose, mistakeIn, type Chip } from "../../query/language.ts";
import { around, iso, momentOf, toQuestion } from "../../query/range.ts";
import { read, write, type EventsState, type Mode } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { together, useAnswer } from "../../service/hooks.ts";
import type { Found, Question } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { showSeen } from "../../shell/seen.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { go, useRoute } from "../../shell/route.ts";
import { count, useSay } from "../../shell/words.ts";
import { Chips } from "./Chips.tsx";
import { Empty } from "./Empty.tsx";
import { Tools } from "./Tools.tsx";
import { usePages, type Pages } from "./pages.ts";

const Sql = lazy(() => import("./Sql.tsx"));
const Live = lazy(() => import("./Live.tsx"));
const MODES: Mode[] = ["events", "sql", "tail"];

export default function Events() {
  const say = useSay();
  const { language } = usePreferences();
  const { search } = useRoute();
  const { columns: preferred } = usePreferences();
  const state = useMemo(() => read(search, preferred), [search, preferred]);
  const set = useCallback((change: Partial<EventsState>, replace = false) => go(`/events?${write({ ...state, ...change }, preferred)}`, replace), [state, preferred]);

  // "Now" stands still while a question is looked at, and moves when it is asked again.
  const [turn, setTurn] = useState(0);
  const fixed = `${state.text}\n${JSON.stringify(state.chips)}\n${state.range.from}\n${state.range.to}\n${turn}`;
  const now = useMemo(() => Date.now(), [fixed]);
  const all = compose(state.text, state.chips);
  const query = compose(state.text, state.chips, { hideReads: state.hideReads });
  const times = useMemo(() => toQuestion(state.range, now), [state.range.from, state.range.to, now]);
  const question: Question = useMemo(() => ({ query, ...times }), [query, times]);
  const key = JSON.stringify(question);

  const found = usePages(state.mode === "events" ? key : "", question, state.order);
  const histogram = useAnswer(state.mode === "tail" ? "" : `h${key}`, (signal) => service.histogram({ ...question, buckets: 80 }, signal));
  const facets = useAnswer(state.mode === "tail" ? "" : `f${key}`, (signal) => service.facets({ ...question, fields: FACET_FIELDS.join(","), top: 15 }, signal));
  const reads = useAnswer(state.hideReads ? `r${all}${JSON.stringify(times)}` : "", (signal) =>
    service.histogram({ query: compose(all, [{ field: "eventRW", value: "Read", not: false }]), ...times, buckets: 1 }, signal));

  const seen = histogram.data?.seen;
  useEffect(() => showSeen(seen), [seen]);

  const toggleChip = useCallback((chip: Chip) => {
    const same = state.chips.find((one) => one.field === chip.field && one.value === chip.value);
    const others = state.chips.filter((one) => one !== same);
    set({ chips: same && same.not === chip.not ? others : [...others, chip] });
  }, [state, set]);
  const run = (text: string) => {
    setTurn((old) => old + 1);
    set({ text });
  };

  const [openedRuns, setOpenedRuns] = useState<ReadonlySet<string>>(new Set());
  const [focus, setFocus] = useState(-1);
  useEffect(() => setFocus(-1), [key]);
  const shown = useMemo(
    () => (state.collapse ? rows(found.events, openedRuns) : found.events.map((one) => ({ kind: "event" as const, found: one }))),
    [found.events, openedRuns, state.collapse],
  );
  const toggleOpen = useCallback((id: string) => set({ open: state.open === id ? "" : id }), [state.open, set]);
  const toggleRun = useCallback((run: string) => setOpenedRuns((old) => {
    const next = new Set(old);
    if (!next.delete(run)) next.add(run);
    return next;
  }), []);
  const togglePin = useCallback((id: string) => set({ pins: state.pins.includes(id) ? state.pins.filter((one) => one !== id) : [...state.pins, id] }), [state.pins, set]);

  const focused = shown[focus]?.kind === "event" ? (shown[focus] as { found: Found }).found : null;
  useKeys({
    j: () => setFocus((old) => Math.min(old + 1, shown.length - 1)),
    k: () => setFocus((old) => Math.max(old - 1, 0)),
    o: () => {
      const row = shown[focus];
      if (row?.kind === "run") toggleRun(row.key);
      else if (row) toggleOpen(row.found.event.eventId);
    },
    p: () => focused && togglePin(focused.event.eventId),
    a: () => focused && set({ chips: [], text: "", range: around(focused.event.eventTime, 5), open: focused.event.eventId }),
    h: () => set({ hideReads: !state.hideReads }),
    l: () => set({ mode: state.mode === "tail" ? "events" : "tail" }),
    s: () => set({ mode: state.mode === "sql" ? "events" : "sql" }),
    "/": () => document.getElementById("query")?.focus(),
  });

  const detail = (one: Found) => (
    <>
      <RowTools found={one} state={state} set={set} pinned={state.pins.includes(one.event.eventId)} togglePin={togglePin} />
      <EventDetail found={one} toggle={toggleChip} />
    </>
  );
  const asked = together(found.asked, histogram, facets);
  const failure = asked.failure;
  const mistake = failure ? mistakeIn(failure.message) : null;
  const from = momentOf(state.range.from, now) ?? Date.parse(histogram.data?.buckets[0]?.start ?? "") ?? now;
  const step = (histogram.data?.stepSeconds ?? 60) * 1000;
  const lastBucket = histogram.data?.buckets.at(-1);
  const to = state.range.from ? (momentOf(state.range.to || "now", now) ?? now) : lastBucket ? Date.parse(lastBucket.start) + step : now;
  const total = histogram.failure || histogram.cancelled ? undefined : histogram.data?.total;
  const stale = !asked.loading && (failure !== undefined || asked.cancelled) && found.events.length > 0;

  return (
    <div className="events">
      <h1 className="sr-only">{say("events.title")}</h1>
      <div className="events-top">
        <QueryBar value={state.text} run={run} mistake={mistake} range={times} loading={found.asked.loading} />
        <RangePicker range={state.range} choose={(range) => { setTurn((old) => old + 1); set({ range }); }} />
      </div>
      <Chips chips={state.chips} remove={(chip) => set({ chips: state.chips.filter((one) => one !== chip) })} flip={(chip) => set({ chips: state.chips.map((one) => (one === chip ? { ...one, not: !one.not } : one)) })} clear={() => set({ chips: [] })} />
      <div className="events-bar">
        <div className="modes" role="radiogroup" aria-label={say("events.title")}>
          {MODES.map((mode) => (
            <button key={mode} type="button" role="radio" aria-checked={state.mode === mode} className={state.mode === mode ? "mode chosen" : "mode"} onClick={() => set({ mode })}>
              {say(`events.mode.${mode}`)}
            </button>
          ))}
        </div>
        <span className="total" role="status" data-total={histogram.loading ? undefined : total}>{total === undefined ? "" : say("events.total", { n: count(total, language) })}</span>
        <label className="switch">
          <Switch size="small" checked={state.hideReads} onChange={(hideReads) => set({ hideReads })} aria-label={say("events.hideReads")} /> {say("events.hideReads")}
        </label>
        {state.hideReads && reads.data && <span className="faint hidden-reads">{say("events.hidden", { n: count(reads.data.total, language) })}</span>}
        <label className="switch">
          <Switch size="small" checked={state.collapse} onChange={(collapse) => set({ collapse })} aria-label={say("events.collapse")} /> {say("events.collapse")}
        </label>
        <span className="grow" />
        <Tools state={state} set={set} question={question} total={total ?? 0} />
      </div>
      {failure && !mistake && <Trouble asked={asked} />}
      <Progress asked={asked} />
      {state.mode !== "tail" && histogram.data && histogram.data.total > 0 && (
        <Histogram data={histogram.data} from={from} to={to} choose={(start, end) => set({ range: { from: iso(start), to: iso(end) } })} />
      )}
      {stale && <p className="warn" role="status">{say("events.stale")}</p>}
      <div className={stale ? "events-body stale" : "events-body"}>
        {state.mode !== "tail" && <FacetPane facets={facets.data} chips={state.chips} toggle={toggleChip} busy={facets.loading} />}
        <main className="events-main" aria-busy={found.asked.loading}>
          {state.pins.length > 0 && <Pins ids={state.pins} columns={state.columns} togglePin={togglePin} />}
          {state.mode === "sql" ? (
            <Suspense fallback={null}><Sql state={state} set={set} question={question} /></Suspense>
          ) : state.mode === "tail" ? (
            <Suspense fallback={null}><Live query={query} columns={state.columns} detail={detail} /></Suspense>
          ) : found.empty && histogram.data ? (
            <Empty state={state} set={set} question={question} seen={histogram.data.seen} />
          ) : (
            <EventList rows={shown} columns={state.columns} openId={state.open} focus={focus} toggleOpen={toggleOpen} toggleRun={toggleRun} detail={detail} more={found.more}
              tail={<ListEnd found={found} />} />
          )}
        </main>
      </div>
    </div>
  );
}

/** What is to be said behind the last row: that more is coming, why it is not, or that this is all. */
function ListEnd({ found }: { found: Pages }) {
  const say = useSay();
  if (found.next.failure) return <Trouble asked={found.next} />;
  if (found.next.slow || found.next.cancelled) return <Progress asked={found.next} />;
  return <p className="faint list-end">{found.next.loading ? say("events.more") : found.done && found.events.length > 0 ? say("events.end") : ""}</p>;
}

function Pins({ ids, columns, togglePin }: { ids: string[]; columns: readonly string[]; togglePin: (id: string) => void }) {
  const say = useSay();
  const asked = useAnswer(`pins${ids.join(" ")}`, (signal) => Promise.all(ids.map(async (id) => (await service.event(id, signal)).event)));
  if (!asked.data) return null;
  return (
    <section className="pins" aria-label={say("events.pinned")}>
      <h2>{say("events.pinned")}</h2>
      {asked.data.map((found) => (
        <div key={found.index} className="pin">
          <EventRow found={found} columns={columns} open={false} focused={false} toggle={togglePin} detail={() => null} />
        </div>
      ))}
    </section>
  );
}

function RowTools({ found, state, set, pinned, togglePin }: { found: Found; state: EventsState; set: (change: Partial<EventsState>) => void; pinned: boolean; togglePin: (id: string) => void }) {
  const say = useSay();
  const { event } = found;
  const range = around(event.eventTime, 5);
  const resource = resourcesOf(event)[0];
  const who = event.userIdentity ?? {};
  const pivots: [string, Chip | null][] = [
    [say("events.around.actor"), who.userName ? { field: "userIdentity.userName", value: who.userName, not: false } : null],
    [say("events.around.session"), who.accessKeyId ? { field: "userIdentity.accessKeyId", value: who.accessKeyId, not: false } : null],
    [say("events.around.resource"), resource ? { field: "resourceName", value: resource.name, not: false } : null],
    [say("events.around.address"), event.sourceIpAddress ? { field: "sourceIpAddress", value: event.sourceIpAddress, not: false } : null],
  ];
  const hours = around(event.eventTime, 60);
  return (
    <div className="row-tools">
      <Button size="small" onClick={() => togglePin(event.eventId)}>{say(pinned ? "events.unpin" : "events.pin")}</Button>
      <span className="faint">{say("events.around")}:</span>
      {pivots.map(([label, chip]) => chip && (
        <Tooltip key={label} title={`${chip.field}: ${chip.value.slice(0, 80)}, ± 1 h`}>
          <Button size="small" onClick={() => set({ text: "", chips: [chip], range: hours, hideReads: state.hideReads, open: event.eventId, mode: "events" })}>{label}</Button>
        </Tooltip>
      ))}
      <Button size="small" onClick={() => set({ text: "", chips: [], range, open: event.eventId, mode: "events" })}>{say("events.around.all")}</Button>
    </div>
  );
}
