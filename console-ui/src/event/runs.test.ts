import { expect, test } from "vitest";
import type { Found } from "../service/types.ts";
import { rows, toggled, type Row, type Run } from "./runs.ts";

/** A reading call by alice, or a change. */
const an = (index: number, eventRW = "Read") =>
  ({ index, event: { eventId: `id-${index}`, eventName: "Describe", eventRW, userIdentity: { userName: "alice" }, sourceIpAddress: "203.0.113.7" } }) as unknown as Found;
const told = (found: readonly Row[]) => found.map((row) => (row.kind === "run" ? `${row.events.length} in one${row.open ? ", open" : ""}` : row.found.index));
const newest = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => an(from - at));

test("four reads in a row are one line, three are three", () => {
  expect(told(rows([an(9, "Write"), ...newest(8, 5), an(4, "Write"), ...newest(3, 1)], new Set()))).toEqual([9, "4 in one", 4, 3, 2, 1]);
});

test("an event that is read is not folded away when the next page makes a run of its neighbours", () => {
  const first = [an(9, "Write"), ...newest(8, 6)];
  expect(told(rows(first, new Set(), "id-7"))).toEqual([9, 8, 7, 6]);
  expect(told(rows([...first, ...newest(5, 3)], new Set(), "id-7"))).toEqual([9, "6 in one, open", 8, 7, 6, 5, 4, 3]);
});

test("a run stays open when newer events join it, and is folded by any of its keys", () => {
  const [run] = rows(newest(8, 5), new Set()) as [Run];
  const opened = toggled(run, { runs: [], open: "", tab: "" });
  const [later] = rows(newest(10, 5), new Set(opened.runs)) as [Run];
  expect([run.open, later.open, later.key === run.key]).toEqual([false, true, false]);
  expect(toggled(later, { ...opened, open: "id-1", tab: "raw" })).toEqual({ runs: [], open: "id-1", tab: "raw" });
});

test("who folds a run has read what is in it", () => {
  const [run] = rows(newest(8, 5), new Set(), "id-6") as [Run];
  expect(toggled(run, { runs: ["run:99"], open: "id-6", tab: "raw" })).toEqual({ runs: ["run:99"], open: "", tab: "" });
});
