// What a field holds among the events that are found: how many have it, how many values there are, the commonest and the rarest. Pure.
import type { Rows } from "../service/types.ts";

export const ENDS = 10;
const VALUE_MAX = 400;
/** In the address: the statistics are open, and no field was named yet. */
export const UNNAMED = "*";

export interface Value {
  /** How the value begins; `length` is of the whole. */
  text: string;
  length: number;
  events: number;
}

export interface Stats {
  all: number;
  has: number;
  kinds: number;
  top: Value[];
  rare: Value[];
}

/** One question for all of it. Where the field is not, its value is empty. */
export function statsSql(field: string): string {
  const order = (events: string) => `row_number() over (order by if(v = '', 1, 0), ${events}, v)`;
  return (
    `select substringUTF8(v, 1, ${VALUE_MAX}) as shown, lengthUTF8(v) as size, events, al, kinds, best, rare ` +
    `from (select v, events, sum(events) over () as al, count(*) over () as kinds, ${order("events desc")} as best, ${order("events")} as rare ` +
    `from (select v, count(*) as events from (select "${field.replace(/"/g, '""')}" as v from log) group by v)) ` +
    `where best <= ${ENDS} or rare <= ${ENDS} or v = '' order by best`
  );
}

export function readStats({ rows }: Pick<Rows, "rows">): Stats {
  const all = Number(rows[0]?.[3] ?? 0);
  const read = rows.map(([text, length, events, , , best, rare]) => ({ text: String(text), length: Number(length), events: Number(events), best: Number(best), rare: Number(rare) }));
  const none = read.find((one) => one.length === 0);
  const values = read.filter((one) => one !== none);
  const value = ({ text, length, events }: Value): Value => ({ text, length, events });
  return {
    all,
    has: all - (none?.events ?? 0),
    kinds: Number(rows[0]?.[4] ?? 0) - (none ? 1 : 0),
    top: values.filter((one) => one.best <= ENDS).sort((one, other) => one.best - other.best).map(value),
    rare: values.filter((one) => one.rare <= ENDS).sort((one, other) => one.rare - other.rare).map(value),
  };
}

/** A share in words: never 0 % of something, nor 100 % of less than all. */
export function share(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "< 0.1 %";
  if (part < whole && percent > 99.9) return "> 99.9 %";
  return `${percent >= 10 ? Math.min(Math.round(percent), part < whole ? 99 : 100) : percent.toFixed(1)} %`;
}
