// What is asked of the service for both sides: counts over time, the commonest values of each field, and by itself what those leave open.
import { FACET_FIELDS } from "../../parts/FacetPane.tsx";
import { askable, length, narrowed, type CompareState, type Side } from "../../query/compare.ts";
import { missing, TOP, type Tally } from "../../query/tally.ts";
import { service } from "../../service/client.ts";
import type { Facets, Histogram } from "../../service/types.ts";

const BARS = 80;
/** Values of a field that are asked for by themselves, of each side. */
const EACH_MAX = 60;

export interface Counted {
  side: Side;
  histogram: Histogram;
  facets: Facets;
  /** Whether search reaches back to its beginning. */
  whole: boolean;
}

/** The answer, with what it was asked for: while another one is awaited it is still shown, and means what it meant. */
export interface Both {
  state: CompareState;
  a: Counted;
  b: Counted;
}

export async function askBoth(state: CompareState, sides: { a: Side; b: Side }, signal: AbortSignal): Promise<Both> {
  const longest = Math.max(length(sides.a.span), length(sides.b.span));
  const ask = async (side: Side): Promise<Counted> => {
    const buckets = Math.max(1, Math.round((BARS * length(side.span)) / longest));
    const [histogram, facets] = await Promise.all([
      service.histogram({ ...side.question, buckets }, signal),
      service.facets({ ...side.question, fields: FACET_FIELDS.join(","), top: TOP }, signal),
    ]);
    const { since } = facets.seen;
    return { side, histogram, facets, whole: !since || side.span.from >= Date.parse(since) };
  };
  const [a, b] = await Promise.all([ask(sides.a), ask(sides.b)]);
  return { state, a, b };
}

export type Sure = { a: Map<string, Map<string, number>>; b: Map<string, Map<string, number>> };

export function tallyOf(counted: Counted, field: string, sure?: Map<string, Map<string, number>>): Tally {
  const given = sure?.get(field);
  return { list: counted.facets.facets[field] ?? [], whole: counted.whole, ...(given && { counted: given }) };
}

interface Gap {
  on: "a" | "b";
  field: string;
  values: string[];
}

/** What one side has and the other's list does not tell of. */
export function gaps({ a, b }: Both): Gap[] {
  const of = (on: "a" | "b", here: Counted, there: Counted): Gap[] => {
    const found = FACET_FIELDS.map((field) => ({ on, field, values: missing(tallyOf(here, field), tallyOf(there, field), EACH_MAX).filter(askable) }));
    return here.whole ? found.filter((one) => one.values.length > 0) : [];
  };
  return [...of("a", a, b), ...of("b", b, a)];
}

/** Each gap filled by a question of its own, one after the other: they are rare, and each is work. */
export async function askGaps(both: Both, signal: AbortSignal): Promise<Sure> {
  const sure: Sure = { a: new Map(), b: new Map() };
  for (const { on, field, values } of gaps(both)) {
    const { facets } = await service.facets({ ...narrowed(both[on].side, field, values), fields: field, top: TOP }, signal);
    const list = facets[field] ?? [];
    const counts = new Map(list.map((one) => [one.value, one.count]));
    // The language's words find more than the value itself; where they find too much, what is not in the answer stays open.
    for (const value of values) if (!counts.has(value) && list.length < TOP) counts.set(value, 0);
    sure[on].set(field, counts);
  }
  return sure;
}
