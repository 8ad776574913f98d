// The Events page: everything it shows is in its address, so that a link is the page and back is undo.
import { Button, Switch } from "antd";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { rows, toggled, type Run } from "../../event/runs.ts";
import { besides, EventDetail } from "../../parts/EventDetail.tsx";
import { EventList } from "../../parts/EventList.tsx";
import { FACET_FIELDS, FacetPane } from "../../parts/FacetPane.tsx";
import { Histogram } from "../../parts/Histogram.tsx";
import { Link } from "../../parts/Link.tsx";
import { QueryBar } from "../../parts/QueryBar.tsx";
import { openRange, RangePicker } from "../../parts/RangePicker.tsx";
import { nextAround } from "../../parts/Surroundings.tsx";
import { Progress } from "../../parts/Answer.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { comparePath } from "../../query/compare.ts";
import { compose, mistakeIn, withChips, type Chip } from "../../query/language.ts";
import { toNow } from "../../query/jump.ts";
import { iso, momentOf, toQuestion, type Range } from "../../query/range.ts";
import { withSimilar } from "../../query/similar.ts";
import { UNNAMED } from "../../query/stats.ts";
import { read, write, type EventsState, type Mode } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { together, useAnswer } from "../../service/hooks.ts";
import type { Found, Question } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { moment } from "../../shell/moments.ts";
import { showSeen } from "../../shell/seen.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { go, here, useRoute } from "../../shell/route.ts";
import { count, useSay } from "../../shell/words.ts";
import { Chips } from "./Chips.tsx";
import { Empty } from "./Empty.tsx";
import { OpenApart } from "./OpenApart.tsx";
import { NotesLeft, pairOf, Pins, pinsQuery, usePinsKept } from "./Pins.tsx";
import { RowTools } from "./RowTools.tsx";
import { Tools } from "./Tools.tsx";
import { useZone } from "./zone.ts";
import { usePages, type Pages } from "./pages.ts";

const FieldStats = lazy(() => import("./FieldStats.tsx"));
const Groups = lazy(() => import("./Groups.tsx"));
const Sql = lazy(() => import("./Sql.tsx"));
const Live = lazy(() => import("./Live.tsx"));
const LATER = () => undefined; // further rows do not stand in the way of the figures
const MODES: Mode[] = ["events", "groups", "sql", "tail"];

export default function Events() {
  const say = useSay();
  const { language, zone } = usePreferences();
  const { search } = useRoute();
  const { columns: preferred } = usePreferences();
  const state = useMemo(() => read(search, preferred), [search, preferred]);
  // What changes is changed in the address as it is now: two changes in one breath are both made, whatever was drawn in between.
  const set = useCallback((change: Partial<EventsState> | ((now: EventsState) => Partial<EventsState>), replace = false) => {
    const now = read(here().search, preferred);
    go(`/events?${write({ ...now, ...(typeof change === "function" ? change(now) : change) }, preferred)}`, replace);
  }, [preferred]);
  useZone(state.tz, useCallback((tz: string) => set({ tz }, true), [set]));

  // "Now" stands still while a question is looked at, and moves when it is asked again.
  const [turn, setTurn] = useState(0);
  const fixed = `${state.text}\n${JSON.stringify(state.chips)}\n${state.range.from}\n${state.range.to}\n${state.pinsOnly}\n${turn}`;
  const now = useMemo(() => Date.now(), [fixed]);
  const only = state.pinsOnly ? `(${pinsQuery(state.pins)})` : "";
  const all = only || compose(state.text, state.chips);
  const query = only || compose(state.text, state.chips, { hideReads: state.hideReads });
  const times = useMemo(() => (only ? {} : toQuestion(state.range, now)), [state.range.from, state.range.to, now, only]);
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
    set(({ chips }) => {
      const same = chips.find((one) => one.field === chip.field && one.value === chip.value);
      const others = chips.filter((one) => one !== same);
      return { chips: same && same.not === chip.not ? others : [...others, chip] };
    });
  }, [set]);
  const run = useCallback((text: string) => {
    setTurn((old) => old + 1);
    set({ text });
  }, [set]);
  const chooseRange = useCallback((range: Range) => {
    setTurn((old) => old + 1);
    set({ range });
  }, [set]);
  const brush = useCallback((start: number, end: number) => set({ range: { from: iso(start), to: iso(end) } }), [set]);

  const openedRuns = useMemo(() => new Set(state.runs), [state.runs.join(" ")]);
  const before = usePinsKept(state.pins);
  const [alsoExport, setAlsoExport] = useState<{ question: Question; total: number } | null>(null);
  const [focus, setFocus] = useState(-1);
  const keepPlace = useRef(false);
  useEffect(() => {
    if (!keepPlace.current) setFocus(-1);
    keepPlace.current = false;
  }, [key]);
  const shown = useMemo(
    () => (state.collapse ? rows(found.events, openedRuns, state.open) : found.events.map((one) => ({ kind: "event" as const, found: one }))),
    [found.events, openedRuns, state.collapse, state.open],
  );
  const toggleOpen = useCallback((id: string) => set(({ open }) => ({ open: open === id ? "" : id, tab: "" })), [set]);
  const toggleRun = useCallback((run: Run) => set((now) => toggled(run, now)), [set]);
  const togglePin = useCallback((id: string) => set(({ pins }) => ({ pins: pins.includes(id) ? pins.filter((one) => one !== id) : [...pins, id] })), [set]);
  const stats = useCallback((field = UNNAMED) => set({ stats: field }), [set]);
  /** Only what is like these, or all but that; once more takes it back. What is hidden is not left open. */
  const similar = useCallback((some: readonly Found[], not: boolean) => {
    keepPlace.current = not;
    const events = some.map((one) => one.event);
    set(({ chips, open }) => ({ chips: withSimilar(chips, events, not), ...(not && events.some((one) => one.eventId === open) ? { open: "", tab: "" } : {}) }));
  }, [set]);

  // Whoever reads an event goes on reading it when other rows come, from the next page or another search.
  const reading = found.events.find((one) => one.event.eventId === state.open);
  const held = useRef<Found>(undefined);
  if (reading) held.current = reading;
  const apart = state.mode === "events" && state.open !== "" && !reading && found.asked.data !== undefined && !found.asked.loading;

  const row = shown[focus];
  const focused = row?.kind === "event" ? row.found : null;
  const meant = row?.kind === "run" ? row.events : focused ? [focused] : [];
  useKeys("events.list", state.mode !== "events" ? null : {
    next: () => setFocus((old) => Math.min(old + 1, shown.length - 1)),
    previous: () => setFocus((old) => Math.max(old - 1, 0)),
    open: () => {
      if (row?.kind === "run") toggleRun(row);
      else if (row) toggleOpen(row.found.event.eventId);
    },
    compare: () => {
      const pair = pairOf(state.pins, focused?.event.eventId ?? state.open);
      if (pair) go(comparePath({ of: "events", ...pair }));
    },
    pin: () => focused && togglePin(focused.event.eventId),
    around: () => focused && set((now) => ({ open: focused.event.eventId, tab: nextAround(now.open === focused.event.eventId ? now.tab : "") })),
    similar: (at) => meant.length > 0 && similar(meant, at === 1),
    tabs: (at) => set((now) => (now.open ? { tab: besides(now.tab, at === 0 ? -1 : 1) } : {})),
  });
  useKeys("events", {
    fold: () => set(({ collapse }) => ({ collapse: !collapse })),
    clear: () => set({ chips: [], text: "" }),
    pins: () => (state.pins.length > 0 ? set({ pinsOnly: !state.pinsOnly }) : before.length > 0 && set({ pins: before })),
    again: () => run(state.text),
    earlier: () => set({ range: moved(from, to, -0.5, 1) }),
    later: () => set({ range: moved(from, to, 0.5, 1) }),
    now: () => chooseRange(toNow({ from: iso(from), to: iso(to) }, Date.now())),
    closer: () => set({ range: moved(from, to, 0, 0.5) }),
    wider: () => set({ range: moved(from, to, 0, 2) }),
    range: openRange,
    facets: () => {
      const field = document.activeElement?.closest<HTMLElement>(".facets .facet")?.dataset.field;
      if (field) stats(field);
      else document.querySelector<HTMLElement>(".facet-value")?.focus();
    },
    reads: () => set(({ hideReads }) => ({ hideReads: !hideReads })),
    groups: () => set(({ mode }) => ({ mode: mode === "groups" ? "events" : "groups" })),
    live: () => set(({ mode }) => ({ mode: mode === "tail" ? "events" : "tail" })),
    sql: () => set(({ mode }) => ({ mode: mode === "sql" ? "events" : "sql" })),
    search: () => document.getElementById("query")?.focus(),
  });

  const detail = (one: Found) => (
    <>
      <RowTools found={one} state={state} set={set} togglePin={togglePin} similar={similar} />
      <EventDetail found={one} toggle={toggleChip} tab={state.open === one.event.eventId ? state.tab || "fields" : undefined} choose={(tab) => set({ open: one.event.eventId, tab })} />
    </>
  );
  const asked = together(found.asked, histogram, facets);
  const failure = asked.failure;
  const mistake = useMemo(() => (failure ? mistakeIn(failure.message) : null), [failure]);
  const from = momentOf(state.range.from, now) ?? Date.parse(histogram.data?.buckets[0]?.start ?? "") ?? now;
  const step = (histogram.data?.stepSeconds ?? 60) * 1000;
  const lastBucket = histogram.data?.buckets.at(-1);
  const to = state.range.from ? (momentOf(state.range.to || "now", now) ?? now) : lastBucket ? Date.parse(lastBucket.start) + step : now;
  const total = histogram.failure || histogram.cancelled ? undefined : histogram.data?.total;
  // Where the range reaches further back than search does, what is shown is not all of it.
  const since = seen?.since ?? "";
  const partly = state.mode !== "tail" && !only && since && (total ?? 0) > 0 && (!times.start || Date.parse(times.start) < Date.parse(since)) ? since : "";
  const stale = !asked.loading && (failure !== undefined || asked.cancelled) && found.events.length > 0;

  return (
    <div className="events">
      <h1 className="sr-only">{say("events.title")}</h1>
      <div className="events-top">
        <QueryBar value={state.text} run={run} mistake={mistake} failure={failure} range={times} loading={found.asked.loading} />
        <RangePicker range={state.range} choose={chooseRange} />
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
        {before.length > 0 && <Button size="small" title="b" onClick={() => set({ pins: before })}>{say("pins.back", { n: before.length })}</Button>}
        <Tools state={state} set={set} question={question} total={total ?? 0} also={alsoExport} done={() => setAlsoExport(null)} />
      </div>
      {state.stats && (
        <Suspense fallback={null}>
          <FieldStats field={state.stats} question={question} choose={stats} close={() => set({ stats: "" })}
            take={(chip) => set(({ chips }) => ({ stats: "", chips: withChips(chips, [chip]) }))} />
        </Suspense>
      )}
      {failure?.status === 403 && <Forbidden />}
      {!mistake && <Failed failure={failure} again={asked.again} />}
      <Progress asked={asked} />
      {partly && <p className="warn partly" role="status">{say("events.partly", { since: moment(partly, zone) })} <Link to="/settings/retention">{say("why.outside.retention")}</Link></p>}
      {stale && <p className="warn" role="status">{say("events.stale")}</p>}
      {state.mode !== "tail" && histogram.data && histogram.data.total > 0 && (
        <Histogram data={histogram.data} from={from} to={to} choose={brush} />
      )}
      <div className={stale ? "events-body stale" : "events-body"}>
        {state.mode !== "tail" && <FacetPane facets={facets.data} chips={state.chips} toggle={toggleChip} ask={stats} busy={facets.loading} />}
        <main className="events-main" aria-busy={found.asked.loading}>
          {state.pins.length === 0 && <NotesLeft pin={(pins) => set({ pins })} />}
          {state.pins.length > 0 && <Pins state={state} set={set} togglePin={togglePin} exportThem={() => setAlsoExport({ question: { query: pinsQuery(state.pins) }, total: state.pins.length })} />}
          {apart && <OpenApart key={state.open} id={state.open} held={held.current?.event.eventId === state.open ? held.current : undefined} columns={state.columns} toggle={toggleOpen} detail={detail} />}
          {state.mode === "sql" ? (
            <Suspense fallback={null}><Sql state={state} set={set} question={question} /></Suspense>
          ) : state.mode === "tail" ? (
            <Suspense fallback={null}><Live query={query} columns={state.columns} detail={detail} /></Suspense>
          ) : (found.empty || (state.mode === "groups" && total === 0)) && histogram.data ? (
            <Empty state={state} set={set} question={question} seen={histogram.data.seen} />
          ) : state.mode === "groups" ? (
            <Suspense fallback={null}><Groups state={state} set={set} question={question} toggleOpen={toggleOpen} detail={detail} /></Suspense>
          ) : (
            <EventList rows={shown} columns={state.columns} openId={state.open} focus={focus} toggleOpen={toggleOpen} toggleRun={toggleRun} detail={detail} more={asked.loading ? LATER : found.more}
              tail={<ListEnd found={found} />} />
          )}
        </main>
      </div>
    </div>
  );
}

/** That nothing is shown because nothing may be. What is missing is in the service's own words below it. */
function Forbidden() {
  const say = useSay();
  return (
    <section className="empty" role="status" data-reason="Forbidden">
      <h2>{say("why.forbidden")}</h2>
      <p>{say("why.forbidden.hint")}</p>
    </section>
  );
}

/** What is to be said behind the last row: that more is coming, why it is not, or that this is all. */
function ListEnd({ found }: { found: Pages }) {
  const say = useSay();
  if (found.next.failure) return <Failed failure={found.next.failure} again={found.next.again} />;
  if (found.next.slow || found.next.cancelled) return <Progress asked={found.next} />;
  return <p className="faint list-end">{found.next.loading ? say("events.more") : found.done && found.events.length > 0 ? say("events.end") : ""}</p>;
}

/** The range moved by a share of itself, and made wider or closer around its middle. */
function moved(from: number, to: number, by: number, wider: number): EventsState["range"] {
  const middle = (from + to) / 2 + (to - from) * by;
  const half = Math.max(((to - from) / 2) * wider, 500);
  return { from: iso(Math.round(middle - half)), to: iso(Math.round(middle + half)) };
}
