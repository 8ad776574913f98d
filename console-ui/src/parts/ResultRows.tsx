// Rows of SQL: a virtual table, or a chart of them.
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { plain } from "../event/inert.ts";
import { shown } from "../event/facts.ts";
import { landings } from "../query/landing.ts";
import type { Cell, Rows } from "../service/types.ts";
import { useKeys } from "../shell/keys.ts";
import { usePreferences } from "../shell/preferences.ts";
import { count, useSay } from "../shell/words.ts";
import { Link } from "./Link.tsx";
import { Moment } from "./Moment.tsx";

const Chart = lazy(() => import("./Chart.tsx"));
const KINDS = ["table", "bar", "line", "pie", "number"] as const;

export function ResultRows({ rows, chart, choose }: { rows: Rows; chart: string; choose: (chart: string) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  useKeys("result", { charts: (at) => choose(KINDS[at] ?? "table") });
  return (
    <section className="result">
      <div className="events-bar">
        <div className="modes" role="radiogroup" aria-label={say("events.mode.sql")}>
          {KINDS.map((kind, at) => (
            <button key={kind} type="button" role="radio" title={String(at + 1)} aria-checked={chart === kind} className={chart === kind ? "mode chosen" : "mode"} onClick={() => choose(kind)}>
              {say(`events.sql.${kind}`)}
            </button>
          ))}
        </div>
        <span className="total" role="status">{say("events.sql.rows", { n: count(rows.rows.length, language) })}</span>
      </div>
      {chart === "table" ? <Table rows={rows} /> : chart === "number" ? <Numbers rows={rows} /> : <Suspense fallback={<div className="chart" />}><Chart rows={rows} kind={chart} /></Suspense>}
    </section>
  );
}

const NUMBERS_MAX = 12;

/** The numbers of the first rows, large: a count, or a few. */
function Numbers({ rows }: { rows: Rows }) {
  const say = useSay();
  const { language } = usePreferences();
  const at = rows.columns.findLastIndex((_, column) => rows.rows.some((row) => typeof row[column] === "number"));
  if (at < 0) return <p className="faint">{say("events.sql.noNumber")}</p>;
  return (
    <div className="tiles numbers">
      {rows.rows.slice(0, NUMBERS_MAX).map((row, index) => (
        <div className="tile" key={index}>
          <div className="big">{typeof row[at] === "number" ? count(row[at], language) : "—"}</div>
          <div><bdi>{plain(row.filter((_, column) => column !== at).map(shown).join(" · ") || (rows.columns[at] ?? ""), 120)}</bdi></div>
        </div>
      ))}
    </div>
  );
}

function Table({ rows }: { rows: Rows }) {
  const frame = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(null);
  const sorted = useMemo(() => {
    if (!sort) return rows.rows;
    const way = sort.down ? -1 : 1;
    return [...rows.rows].sort((one, other) => way * order(one[sort.column] ?? null, other[sort.column] ?? null));
  }, [rows, sort]);
  const shape = useVirtualizer({ count: sorted.length, getScrollElement: () => frame.current, estimateSize: () => 32, overscan: 20 });
  const items = shape.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = shape.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div className="rows" ref={frame} tabIndex={0}>
      <table aria-rowcount={sorted.length}>
        <thead>
          <tr>
            {rows.columns.map((name, column) => (
              <th key={`${column}${name}`} scope="col" aria-sort={sort?.column === column ? (sort.down ? "descending" : "ascending") : "none"}>
                <button type="button" onClick={() => setSort({ column, down: sort?.column === column ? !sort.down : true })}>
                  {plain(name.replace(/^event\./, ""), 80)} {sort?.column === column ? (sort.down ? "▾" : "▴") : ""}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }}><td colSpan={rows.columns.length} /></tr>}
          {items.map((item) => (
            <tr key={item.index} aria-rowindex={item.index + 1}>
              {(sorted[item.index] ?? []).map((cell, column) => (
                <td key={column} className={typeof cell === "number" ? "number" : undefined}><CellText cell={cell} time={/time/i.test(rows.columns[column] ?? "")} /></td>
              ))}
            </tr>
          ))}
          {after > 0 && <tr aria-hidden style={{ height: after }}><td colSpan={rows.columns.length} /></tr>}
        </tbody>
      </table>
    </div>
  );
}

function CellText({ cell, time }: { cell: Cell; time: boolean }) {
  const { language } = usePreferences();
  if (time && typeof cell === "number" && cell > 1e9 && cell < 1e11) return <Moment at={cell * 1000} />;
  if (typeof cell === "number") return <>{Number.isInteger(cell) && Math.abs(cell) < 1e8 ? count(cell, language) : String(cell)}</>;
  // A moment of the engine is in UTC and says so by nothing but its form; a text that somebody formatted stays as it is.
  if (typeof cell === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/.test(cell)) return <Moment at={`${cell}Z`} />;
  const text = shown(cell);
  const landing = typeof cell === "string" && cell.length > 6 ? landings(cell)[0] : undefined;
  if (landing && /^(event|key|address|resource)$/.test(landing.kind)) return <Link to={landing.path}><bdi>{plain(text, 200)}</bdi></Link>;
  return <bdi title={text.length > 200 ? plain(text, 1000) : undefined}>{plain(text, 200)}</bdi>;
}

function order(one: Cell, other: Cell): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return shown(one).localeCompare(shown(other));
}
