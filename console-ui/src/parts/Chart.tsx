// Rows of SQL as a chart, by the ecosystem's own library; loaded only when a chart is looked at.
import { Column, Line, Pie } from "@ant-design/plots";
import { useMemo } from "react";
import { plain } from "../event/inert.ts";
import { shown } from "../event/facts.ts";
import type { Rows } from "../service/types.ts";
import { moment } from "../shell/moments.ts";
import { useDark, usePreferences } from "../shell/preferences.ts";
import { useSay } from "../shell/words.ts";

const POINTS_MAX = 500;
const PARTS_MAX = 12;

export default function Chart({ rows, kind }: { rows: Rows; kind: string }) {
  const say = useSay();
  const dark = useDark();
  const { zone } = usePreferences();
  const made = useMemo(() => points(rows, (at) => moment(at, zone)), [rows, zone]);
  if (!made) return <p className="faint">{say("events.sql.noChart")}</p>;
  const common = { autoFit: true, height: 360, theme: { type: dark ? "classicDark" : "classic", view: { viewFill: "transparent" } }, animate: false as const };
  return (
    <figure className="chart" aria-label={`${made.x}, ${made.y}`}>
      {kind === "pie" ? (
        <Pie {...common} data={made.points.slice(0, PARTS_MAX)} angleField="y" colorField="x" innerRadius={0.55} label={{ text: "x", position: "outside" }} />
      ) : kind === "line" ? (
        <Line {...common} data={made.points} xField="x" yField="y" axis={{ x: { title: made.x }, y: { title: made.y } }} />
      ) : (
        <Column {...common} data={made.points} xField="x" yField="y" axis={{ x: { title: made.x, labelAutoRotate: true }, y: { title: made.y } }} style={{ fill: dark ? "#3c89e8" : "#0958d9" }} />
      )}
    </figure>
  );
}

/** The first column that is not all numbers (or the first) over the last that is. */
export function points(rows: Rows, when: (at: number) => string): { x: string; y: string; points: { x: string; y: number }[] } | null {
  const numbers = rows.columns.map((_, at) => rows.rows.length > 0 && rows.rows.every((row) => typeof row[at] === "number" || row[at] === null));
  const y = numbers.lastIndexOf(true);
  if (y < 0) return null;
  let x = numbers.indexOf(false);
  if (x < 0) x = rows.columns.findIndex((_, at) => at !== y);
  if (x < 0) return null;
  const time = /time/i.test(rows.columns[x] ?? "");
  const name = (cell: unknown): string => (time && typeof cell === "number" && cell > 1e9 ? when(cell * 1000) : plain(shown(cell) || "—", 40));
  return { x: rows.columns[x] ?? "", y: rows.columns[y] ?? "", points: rows.rows.slice(0, POINTS_MAX).map((row) => ({ x: name(row[x]), y: Number(row[y] ?? 0) })) };
}
