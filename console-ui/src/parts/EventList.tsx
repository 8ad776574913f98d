// Events as a long list of sentences of which only the visible part is in the page.
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef, type ReactNode } from "react";
import { actorOf, at, isDenied, isSensitive, shown } from "../event/facts.ts";
import { plain } from "../event/inert.ts";
import type { Row, Run } from "../event/runs.ts";
import type { Found } from "../service/types.ts";
import { count, useSay } from "../shell/words.ts";
import { usePreferences } from "../shell/preferences.ts";
import { Moment } from "./Moment.tsx";
import { SentenceLine } from "./SentenceLine.tsx";

interface Props {
  rows: Row[];
  columns: readonly string[];
  openId: string;
  focus: number;
  toggleOpen: (id: string) => void;
  toggleRun: (run: Run) => void;
  detail: (found: Found) => ReactNode;
  more: () => void;
  tail?: ReactNode;
  onScroll?: () => void;
}

export function EventList({ rows, columns, openId, focus, toggleOpen, toggleRun, detail, more, tail, onScroll }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const say = useSay();
  const shape = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 37,
    overscan: 14,
    getItemKey: (index) => keyOf(rows[index] as Row),
  });
  const items = shape.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) more();
  }, [last, rows.length, more]);
  useEffect(() => {
    if (focus >= 0 && focus < rows.length) shape.scrollToIndex(focus, { align: "auto" });
  }, [focus]);
  return (
    <div className="list" ref={frame} onScroll={onScroll} role={rows.length > 0 ? "feed" : undefined} aria-label={rows.length > 0 ? say("events.title") : undefined} aria-busy={false} tabIndex={0}>
      <div style={{ height: shape.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index] as Row;
          return (
            <div key={item.key} data-index={item.index} ref={shape.measureElement} className="list-item" style={{ transform: `translateY(${item.start}px)` }}>
              {row.kind === "run" ? (
                <RunRow row={row} focused={focus === item.index} toggle={toggleRun} />
              ) : (
                <EventRow found={row.found} columns={columns} open={openId === row.found.event.eventId} focused={focus === item.index} toggle={toggleOpen} detail={openId === row.found.event.eventId ? detail : CLOSED} place={item.index + 1} all={rows.length} />
              )}
            </div>
          );
        })}
      </div>
      {tail}
    </div>
  );
}

const CLOSED = () => null; // the same for all, so that a row is drawn anew only when it is another

export function keyOf(row: Row): string {
  return row.kind === "run" ? row.key : `e${row.found.index}`;
}

function RunRow({ row, focused, toggle }: { row: Run; focused: boolean; toggle: (run: Run) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const first = row.events[0] as Found;
  const names = [...new Set(row.events.map((one) => one.event.eventName))];
  const what = names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
  return (
    <article className={`row run${focused ? " focused" : ""}`}>
      <button type="button" className="row-head" aria-expanded={row.open} onClick={() => toggle(row)}>
        <Moment at={first.event.eventTime} />
        <span className="dot read" aria-hidden />
        <span className="sentence faint">{say("events.fold", { n: count(row.events.length, language), who: plain(actorOf(first.event).id, 60), what: plain(what, 160) })}</span>
      </button>
    </article>
  );
}

interface RowProps {
  found: Found;
  columns: readonly string[];
  open: boolean;
  focused: boolean;
  toggle: (id: string) => void;
  detail: (found: Found) => ReactNode;
  place?: number;
  all?: number;
}

export const EventRow = memo(function EventRow({ found, columns, open, focused, toggle, detail, place, all }: RowProps) {
  const say = useSay();
  const { event } = found;
  const id = event.eventId;
  return (
    <article className={`row${open ? " open" : ""}${focused ? " focused" : ""}`} aria-posinset={place} aria-setsize={all} data-event={id}>
      <div className="row-head" onClick={(click) => !(click.target as HTMLElement).closest("a,button") && !window.getSelection()?.toString() && toggle(id)}>
        <Moment at={event.eventTime} />
        <span className={`dot ${tone(found)}`} aria-hidden />
        <SentenceLine event={event} channel={found.channel} />
        {columns.map((column) => (
          <span key={column} className="column" title={column}><bdi>{plain(shown(column === "channel" ? found.channel : at(event, column)), 80)}</bdi></span>
        ))}
        <button type="button" className="row-toggle" data-deed="open" aria-expanded={open} aria-label={`${say(open ? "events.close" : "events.open")}: ${plain(event.eventName, 60)}`} onClick={() => toggle(id)}>
          {open ? "▴" : "▾"}
        </button>
      </div>
      {open && detail(found)}
    </article>
  );
});

export function tone(found: Found): string {
  if (found.event.errorCode) return isDenied(found.event) ? "denied" : "failed";
  if (isSensitive(found.event)) return "sensitive";
  return found.event.eventRW === "Read" ? "read" : "write";
}
