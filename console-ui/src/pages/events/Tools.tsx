// What can be done with a search: choose columns, turn the order, save it, copy it, export it.
import { Button, Dropdown, Popover } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { plain } from "../../event/inert.ts";
import { copy } from "../../parts/copy.ts";
import { Failed } from "../../parts/Failed.tsx";
import { comparePath } from "../../query/compare.ts";
import { asCli, asCurl, asSql } from "../../query/copies.ts";
import type { EventsState } from "../../query/state.ts";
import { sigma } from "../../service/sigma.ts";
import type { Question } from "../../service/types.ts";
import { useTry } from "../../service/hooks.ts";
import { useKeys } from "../../shell/keys.ts";
import { go } from "../../shell/route.ts";
import { useSay } from "../../shell/words.ts";
import { Columns } from "./Columns.tsx";
import { SavedSearches } from "./SavedSearches.tsx";

const Export = lazy(() => import("./Export.tsx"));

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  question: Question;
  total: number;
  /** What else was asked to be exported: the pins. */
  also: { question: Question; total: number } | null;
  done: () => void;
}

type Open = "" | "columns" | "saved" | "copy" | "export";

export function Tools({ state, set, question, total, also, done }: Props) {
  const say = useSay();
  const [open, setOpen] = useState<Open>("");
  const { trouble, run, again, forget } = useTry();
  useEffect(() => {
    if (also) setOpen("export");
  }, [also]);
  const link = () => copy(window.location.href);
  const flip = (what: Open) => setOpen(open === what ? "" : what);
  const compare = () => go(comparePath({ of: "periods", text: state.text, chips: state.chips, hideReads: state.hideReads, range: state.range, tz: state.tz }));
  const order = () => set({ order: state.order === "newest" ? "oldest" : "newest" });
  useKeys("events.tools", { export: () => total > 0 && setOpen("export"), order, columns: () => flip("columns"), saved: () => flip("saved"), copyAs: () => flip("copy"), compare, close: () => setOpen("") });
  const asked = { query: question.query ?? "", start: question.start, end: question.end, total, sql: state.mode === "sql" ? state.sql : undefined };
  const rule = () => run(async () => copy(await sigma({ query: asked.query, title: title(state) })));
  const copies = [
    { key: "link", label: say("events.copy.link"), onClick: link },
    { key: "cli", label: say("events.copy.cli"), onClick: () => copy(asCli(asked, window.location.origin)) },
    { key: "sql", label: say("events.copy.sql"), onClick: () => copy(asSql(asked)) },
    { key: "curl", label: say("events.copy.curl"), onClick: () => copy(asCurl(asked, window.location.origin)) },
    { key: "sigma", label: say("events.copy.sigma"), onClick: rule },
  ];
  const pop = (what: Open) => ({ trigger: "click" as const, placement: "bottomRight" as const, open: open === what, onOpenChange: (next: boolean) => setOpen(next ? what : ""), destroyOnHidden: true });
  return (
    <>
      <Failed failure={trouble} again={again} forget={forget} />
      <Button size="small" title="n" onClick={order}>{say(`events.order.${state.order}`)}</Button>
      <Popover {...pop("columns")} content={<Columns state={state} set={set} />}>
        <Button size="small" title="v">{say("events.columns")}</Button>
      </Popover>
      <Popover {...pop("saved")} content={<SavedSearches state={state} query={asked.query} close={() => setOpen("")} />}>
        <Button size="small" title="q">{say("events.saved")}</Button>
      </Popover>
      <Dropdown menu={{ items: copies, onClick: () => setOpen("") }} trigger={["click"]} open={open === "copy"} onOpenChange={(next) => setOpen(next ? "copy" : "")} autoFocus>
        <Button size="small" title="y">{say("events.copy")} ▾</Button>
      </Dropdown>
      <Button size="small" title="<" onClick={compare}>{say("compare.before")}</Button>
      <Button size="small" title="e" disabled={total === 0} onClick={() => setOpen("export")}>{say("events.export")}</Button>
      {open === "export" && (
        <Suspense fallback={null}><Export question={also?.question ?? question} total={also?.total ?? total} close={() => { setOpen(""); done(); }} /></Suspense>
      )}
    </>
  );
}

function title(state: EventsState): string {
  const chips = state.chips.map((chip) => `${chip.not ? "not " : ""}${chip.value}`).join(", ");
  return plain([state.text, chips].filter(Boolean).join(", ") || "All events", 120);
}
