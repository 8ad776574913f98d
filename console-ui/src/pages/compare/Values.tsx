// A field's values on both sides, what changed most first; each number leads to the events behind it.
import { useState, type ReactNode } from "react";
import { plain } from "../../event/inert.ts";
import { Link } from "../../parts/Link.tsx";
import { eventsOf } from "../../query/compare.ts";
import { changesOf, TOP, type Change, type Known } from "../../query/tally.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { eventsLink } from "../../shell/route.ts";
import { count, useSay, type Say } from "../../shell/words.ts";
import type { Both, Counted } from "./asking.ts";

const SHOWN = 8;
/** What is new or gone is not folded away as long as there is not very much of it. */
const STRIKING_MAX = 40;

interface Props {
  field: string;
  both: Both;
  changes: readonly Change[];
  /** The sides of which not every value is listed. */
  cut: readonly string[];
  actors: boolean;
}

export function FieldCard({ field, both, changes, cut, actors }: Props) {
  const say = useSay();
  const { language } = usePreferences();
  const [whole, setWhole] = useState(false);
  if (changes.length === 0 || (changes.length === 1 && changes[0]?.value === "")) return null;
  const changed = changes.filter((one) => one.turn !== "same");
  const striking = changed.filter((one) => one.turn !== "more" && one.turn !== "less").length;
  const shown = whole ? changes : changed.slice(0, Math.max(SHOWN, Math.min(striking, STRIKING_MAX)));
  const named = (turn: Change["turn"]) => changes.filter((one) => one.turn === turn).length;
  const sums = (["new", "gone"] as const).filter((turn) => named(turn) > 0).map((turn) => `${count(named(turn), language)} ${say(turnWord(turn, actors))}`);
  return (
    <section className="card compare-field" data-field={field}>
      <h2>{field.replace("userIdentity.", "")}{sums.length > 0 && <span className="more">{sums.join(" · ")}</span>}</h2>
      {shown.length > 0 && <Table label={field}>{shown.map((one) => <ValueRow key={one.value} field={field} both={both} change={one} actors={actors} />)}</Table>}
      {changed.length === 0 && !whole && <p className="faint">{say("compare.unchanged", { n: count(changes.length, language) })}</p>}
      {(whole || shown.length < changes.length) && (
        <button type="button" className="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>{whole ? say("compare.fewer") : say("compare.rest", { n: count(changes.length, language) })}<span className="sr-only"> {field}</span></button>
      )}
      {cut.map((side) => <p key={side} className="faint">{say("compare.cut", { side, n: count(TOP, language) })}</p>)}
    </section>
  );
}

/** How many events there are on both sides, and how many of them failed. */
export function Totals({ both, scale }: { both: Both; scale: number }) {
  const say = useSay();
  const { state, a, b } = both;
  const actors = state.of === "actors";
  const failed = [a, b].map(failures);
  const rows: [name: string, counts: number[], x: [string, string][]][] = [[say("events.title"), [a.histogram.total, b.histogram.total], []], [say("compare.failures"), failed, [["errorCode", ""]]]];
  return (
    <section className="compare-field" data-field="totals">
      <Table label={say("compare.totals")}>
        {rows.map(([name, counts, x]) => {
          const side = (at: number) => ({ list: [{ value: name, count: counts[at] ?? 0 }], whole: (at === 0 ? a : b).whole });
          const change = changesOf(side(0), side(1), scale)[0];
          const to = (one: Both["a"]) => {
            const found = eventsOf(state, one.side);
            return eventsLink({ ...found, x: [...found.x, ...x] });
          };
          return change && <Row key={name} name={name} change={change} actors={actors} links={[to(a), to(b)]} label={(side, n) => say("compare.all", { side, n })} totals={x.length > 0 && actors ? [a.histogram.total, b.histogram.total] : undefined} />;
        })}
      </Table>
    </section>
  );
}

/** How many events hold an error: of a list that is cut, all but those that hold none, who are many. */
function failures({ facets, histogram }: Counted): number {
  const codes = facets.facets.errorCode ?? [];
  const held = codes.filter(({ value }) => value !== "").reduce((sum, one) => sum + one.count, 0);
  return codes.length < TOP ? held : Math.max(held, histogram.total - (codes.find(({ value }) => value === "")?.count ?? 0));
}

function Table({ label, children }: { label: string; children: ReactNode }) {
  const say = useSay();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="plain">
        <thead><tr><th scope="col">{say("compare.value")}</th><th scope="col" className="number">A</th><th scope="col" className="number">B</th><th scope="col">{say("compare.change")}</th></tr></thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function ValueRow({ field, both, change, actors }: { field: string; both: Both; change: Change; actors: boolean }) {
  const say = useSay();
  const { a, b, state } = both;
  const text = change.value === "" ? say("events.facetsEmpty") : plain(change.value, 120);
  const links = [a, b].map((one) => eventsLink(eventsOf(state, one.side, { field, value: change.value })));
  return (
    <Row name={text} title={plain(change.value, 400)} change={change} actors={actors} links={[links[0] ?? "", links[1] ?? ""]} label={(side, n) => say("compare.counts", { side, n, field: field.replace("userIdentity.", ""), value: text })}
      totals={actors ? [a.histogram.total, b.histogram.total] : undefined} />
  );
}

interface RowProps {
  name: string;
  title?: string;
  change: Change;
  actors: boolean;
  links: readonly [string, string];
  label: (side: string, n: string) => string;
  /** Of which the counts are shares. */
  totals?: readonly [number, number];
}

function Row({ name, title, change, actors, links, label, totals }: RowProps) {
  const say = useSay();
  const { language } = usePreferences();
  const cell = (side: "A" | "B", known: Known, at: 0 | 1) => {
    const n = counted(known, (one) => count(one, language));
    const total = totals?.[at] ?? 0;
    return (
      <td className="number">
        {known.most > 0 ? <Link className="step" to={links[at]} label={label(side, n)}>{n}</Link> : <span className="faint">0</span>}
        {total > 0 && known.least > 0 && <span className="faint share-of"> {say("compare.share", { n: percent(known.least / total) })}</span>}
      </td>
    );
  };
  return (
    <tr data-value={change.value} data-turn={change.turn}>
      <th scope="row" title={title}><bdi>{name}</bdi></th>
      {cell("A", change.a, 0)}
      {cell("B", change.b, 1)}
      <td><span className={`badge turn ${change.turn}`} title={change.turn === "unsure" ? say("compare.unsure.hint", { n: count(TOP, language) }) : undefined}>{turned(change, say, actors)}</span></td>
    </tr>
  );
}

/** A count that is certain; else the most, or the least, that it can be. */
function counted({ least, most }: Known, number: (one: number) => string): string {
  if (least === most) return number(least);
  return most === Infinity ? `≥ ${number(least)}` : `≤ ${number(most)}`;
}

function percent(share: number): string {
  const hundredths = share * 100;
  return hundredths > 0 && hundredths < 1 ? "< 1" : String(Math.round(hundredths));
}

function turnWord(turn: "new" | "gone", actors: boolean) {
  if (actors) return turn === "new" ? "compare.turn.onlyA" : "compare.turn.onlyB";
  return turn === "new" ? "compare.turn.new" : "compare.turn.gone";
}

function turned({ turn, factor }: Change, say: Say, actors: boolean): string {
  const n = factor < 10 ? String(Math.round(factor * 10) / 10) : String(Math.round(factor));
  if (turn === "new" || turn === "gone") return say(turnWord(turn, actors));
  if (turn === "more") return say(actors ? "compare.turn.aMore" : "compare.turn.more", { n });
  if (turn === "less") return say(actors ? "compare.turn.bMore" : "compare.turn.less", { n });
  return say(turn === "same" ? "compare.turn.same" : "compare.turn.unsure");
}
