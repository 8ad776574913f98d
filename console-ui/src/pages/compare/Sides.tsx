// Two periods of one question, or two actors over one period: what is asked, over time on one scale, and field by field.
import { useEffect, useMemo, type ReactNode } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { FACET_FIELDS } from "../../parts/FacetPane.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Histogram } from "../../parts/Histogram.tsx";
import { actorPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { QueryBar } from "../../parts/QueryBar.tsx";
import { openRange, RangePicker } from "../../parts/RangePicker.tsx";
import { actorIn, AGAINST, eventsOf, length, overlap, sidesOf, spansOf, type CompareState, type Span } from "../../query/compare.ts";
import { mistakeIn } from "../../query/language.ts";
import { iso, toQuestion } from "../../query/range.ts";
import { changesOf, TOP } from "../../query/tally.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useKeys } from "../../shell/keys.ts";
import { moment } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { eventsLink, go } from "../../shell/route.ts";
import { showSeen } from "../../shell/seen.ts";
import { count, useSay } from "../../shell/words.ts";
import { Chips } from "../events/Chips.tsx";
import { ActorForm } from "./ActorForm.tsx";
import { askBoth, askGaps, gaps, tallyOf, type Both, type Counted } from "./asking.ts";
import type { SetCompare } from "./Compare.tsx";
import { FieldCard, Totals } from "./Values.tsx";

const SHIFTED = AGAINST.filter((one) => one !== "own");
const NAMES_MAX = 5;

interface Props {
  state: CompareState;
  set: SetCompare;
  now: number;
  again: () => void;
}

export function Sides({ state, set, now, again }: Props) {
  const sides = useMemo(() => sidesOf(state, now), [state, now]);
  const asked = useAnswer(sides ? JSON.stringify([state.of, sides.a, sides.b, now]) : "", (signal) => (sides ? askBoth(state, sides, signal) : Promise.reject(new Error("nothing is asked"))));
  const both = sides ? asked.data : undefined;
  const seen = both?.a.facets.seen;
  useEffect(() => showSeen(seen), [seen]);
  useKeys("compare.sides", { range: openRange });
  useKeys("compare.periods", state.of === "periods" ? { against: () => set({ against: SHIFTED[(SHIFTED.indexOf(state.against as (typeof SHIFTED)[number]) + 1) % SHIFTED.length] ?? "before" }) } : null);
  const failure = sides ? asked.failure : undefined;
  const mistake = useMemo(() => (failure ? mistakeIn(failure.message) : null), [failure]);
  const chips = (next: CompareState["chips"]) => set({ chips: next });
  return (
    <>
      <div className="events-top">
        <QueryBar value={state.text} run={(text) => (text === state.text ? again() : set({ text }))} mistake={mistake} failure={failure} range={toQuestion(state.range, now)} loading={asked.loading} />
        <RangePicker range={state.range} choose={(range) => set({ range })} />
      </div>
      <Chips chips={state.chips} remove={(chip) => chips(state.chips.filter((one) => one !== chip))} flip={(chip) => chips(state.chips.map((one) => (one === chip ? { ...one, not: !one.not } : one)))} clear={() => chips([])} />
      <Heads state={state} set={set} now={now} />
      {!mistake && sides && <Answer asked={asked} lines={10}>{(found) => <Result both={found} busy={asked.loading} />}</Answer>}
    </>
  );
}

/** What A is, and what B is; and what is still to be said of them. */
function Heads({ state, set, now }: { state: CompareState; set: SetCompare; now: number }) {
  const say = useSay();
  const { a, b } = spansOf(state, now);
  const periods = state.of === "periods";
  const named = { A: actorIn(state.a), B: actorIn(state.b) };
  const when = (span: Span | null, side: string) => (span ? <span className="nowrap-times"><Moment at={span.from} /> – <Moment at={span.to} /></span> : <span className="warn" role="status">{say("compare.period.none", { side })}</span>);
  const actor = (side: "A" | "B") => {
    const given = named[side];
    return (
      <>
        {given ? <Link className="step" to={actorPath(given.kind, given.id)}><bdi>{plain(given.id, 120)}</bdi></Link> : <span className="warn" role="status">{say("compare.actor.none", { side })}</span>}
        <ActorForm given={given} label={side} choose={({ kind, id }) => set(side === "A" ? { a: `${kind}:${id}` } : { b: `${kind}:${id}` })} />
      </>
    );
  };
  return (
    <div className="compare-heads">
      <section className="card" data-side="A">
        <div className="events-bar"><strong className="side">A</strong> {periods ? when(a, "A") : actor("A")}</div>
        {!periods && <p className="faint">{when(a, "A")}</p>}
      </section>
      <section className="card" data-side="B">
        <div className="events-bar">
          <strong className="side">B</strong>
          {periods ? (
            <>
              <div className="modes" role="radiogroup" aria-label={say("compare.against")}>
                {AGAINST.map((one) => (
                  <button key={one} type="button" role="radio" aria-checked={state.against === one} className={state.against === one ? "mode chosen" : "mode"}
                    onClick={() => set(one === "own" && b ? { against: one, other: { from: iso(b.from), to: iso(b.to) } } : { against: one })}>{say(`compare.against.${one}`)}</button>
                ))}
              </div>
              {state.against === "own" ? <RangePicker range={state.other} choose={(other) => set({ other })} /> : null}
            </>
          ) : actor("B")}
        </div>
        <p className="faint">{when(b, "B")}</p>
      </section>
    </div>
  );
}

function Result({ both, busy }: { both: Both; busy: boolean }) {
  const say = useSay();
  const open = useMemo(() => gaps(both), [both]);
  const sure = useAnswer(open.length > 0 ? JSON.stringify([both.a.side.question, both.b.side.question, open]) : "", async (signal) => ({ of: both, found: await askGaps(both, signal) }));
  const certain = sure.data?.of === both ? sure.data.found : undefined;
  const { a, b, state } = both;
  const scale = length(a.side.span) / length(b.side.span);
  const own = [a.side.chips[0]?.field, b.side.chips[0]?.field];
  const fields = FACET_FIELDS.filter((field) => !(own[0] === own[1] && field === own[0]));
  const nothing = a.histogram.total === 0 && b.histogram.total === 0;
  return (
    <div className="compare-result" aria-busy={busy || sure.loading}>
      <Notes both={both} scale={scale} />
      {nothing ? <p className="card" role="status">{say("compare.none.both")}</p> : (
        <>
          <Failed failure={sure.failure} again={sure.again} />
          <Times both={both}><Totals both={both} scale={scale} /></Times>
          <div className="compare-fields">
            {fields.map((field) => {
              const left = tallyOf(a, field, certain?.a);
              const right = tallyOf(b, field, certain?.b);
              return <FieldCard key={field} field={field} both={both} changes={changesOf(left, right, scale)} cut={[left.list.length >= TOP ? "A" : "", right.list.length >= TOP ? "B" : ""].filter(Boolean)} actors={state.of === "actors"} />;
            })}
          </div>
        </>
      )}
    </div>
  );
}

/** What is to be known before the numbers are read. */
function Notes({ both, scale }: { both: Both; scale: number }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const { a, b, state } = both;
  const named = [["A", a, state.a], ["B", b, state.b]] as const;
  const told: ReactNode[] = [];
  const lag = Math.max(a.facets.seen.lag, b.facets.seen.lag);
  for (const [side, one, name] of named) {
    if (!one.whole) told.push(say("compare.partly", { side, since: moment(one.facets.seen.since, zone) }));
    const others = state.of === "actors" ? alsoFound(one, name) : [];
    if (others.length > 0) told.push(say("compare.wider", { side, values: others.slice(0, NAMES_MAX).map((other) => plain(other, 60)).join(", ") + (others.length > NAMES_MAX ? ", …" : "") }));
  }
  if (state.of === "periods" && overlap(a.side.span, b.side.span)) told.push(say("compare.overlap"));
  if (Math.abs(scale - 1) > 0.001) told.push(say("compare.scaled", { n: scale < 0.1 ? scale.toPrecision(2) : scale.toFixed(scale < 10 ? 1 : 0) }));
  if (lag > 0) told.push(say("compare.lag", { n: count(lag, language) }));
  const empty = named.filter(([, one]) => one.histogram.total === 0);
  if (empty.length === 1) told.push(say("compare.none.one", { side: empty[0]?.[0] ?? "" }));
  return told.map((one, at) => <p key={at} className="warn" role="status">{one}</p>);
}

/** Whom else the words find that find this actor. A role's sessions are its own. */
function alsoFound(one: Counted, name: string): string[] {
  const actor = actorIn(name);
  const field = one.side.chips[0]?.field ?? "";
  if (!actor) return [];
  const mine = (value: string) => value === actor.id || (actor.kind === "role" && value.startsWith(`${actor.id}:`));
  return (one.facets.facets[field] ?? []).map((found) => found.value).filter((value) => !mine(value));
}

/** Both over time, from their beginnings on, one scale for how long and one for how many. */
function Times({ both, children }: { both: Both; children: ReactNode }) {
  const say = useSay();
  const longest = Math.max(length(both.a.side.span), length(both.b.side.span));
  const rate = ({ histogram }: Counted) => Math.max(...histogram.buckets.map((one) => one.count), 0) / (histogram.stepSeconds / 60);
  const most = Math.max(rate(both.a), rate(both.b));
  const open = (one: Counted) => (from: number, to: number) => go(eventsLink({ ...eventsOf(both.state, one.side), from: iso(Math.max(from, one.side.span.from)), to: iso(Math.min(to, one.side.span.to)) }));
  return (
    <section className="card compare-times">
      {children}
      <p className="faint">{say("compare.over")}</p>
      {([["A", both.a], ["B", both.b]] as const).map(([side, one]) => (
        <div key={side} className="compare-time" data-side={side}>
          <strong className="side">{side}</strong>
          <Histogram data={one.histogram} from={one.side.span.from} to={one.side.span.from + longest} choose={open(one)} marks={{ most }} />
        </div>
      ))}
    </section>
  );
}
