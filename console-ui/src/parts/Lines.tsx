// Short lists of events, and of values with counts, as the pages of actors, keys and resources show them.
import type { ReactNode } from "react";
import { plain } from "../event/inert.ts";
import { fromLine, type Count, type Line } from "../service/pages.ts";
import { usePreferences } from "../shell/preferences.ts";
import { count, useSay } from "../shell/words.ts";
import { tone } from "./EventList.tsx";
import { eventPath, Link } from "./Link.tsx";
import { Moment } from "./Moment.tsx";
import { SentenceLine } from "./SentenceLine.tsx";

export function Lines({ lines, extra }: { lines: readonly Line[]; extra?: (line: Line) => ReactNode }) {
  const say = useSay();
  if (lines.length === 0) return <p className="faint">{say("overview.none")}</p>;
  return (
    <ol className="timeline">
      {lines.map((line) => {
        const found = fromLine(line);
        return (
          <li key={line.index} className={tone(found)}>
            <div className="line">
              <Link to={eventPath(line.eventId)}><Moment at={line.time} /></Link>
              <SentenceLine event={found.event} channel={line.channel} />
            </div>
            {extra?.(line)}
          </li>
        );
      })}
    </ol>
  );
}

interface TopProps {
  values: readonly { value: string; count: number; note?: ReactNode }[];
  link?: (value: string) => string | undefined;
  empty?: string;
}

export function Top({ values, link, empty }: TopProps) {
  const say = useSay();
  const { language } = usePreferences();
  if (values.length === 0) return <p className="faint">{empty ?? say("overview.none")}</p>;
  const most = Math.max(...values.map((one) => one.count), 1);
  return (
    <ol className="top">
      {values.map(({ value, count: number, note }) => {
        const to = link?.(value);
        const text = plain(value, 120) || say("events.facetsEmpty");
        return (
          <li key={value}>
            <span className="share" style={{ width: `${(number / most) * 100}%` }} />
            {to ? <Link to={to} title={plain(value, 300)}><bdi>{text}</bdi></Link> : <bdi title={plain(value, 300)}>{text}</bdi>}
            {note}
            <span className="number">{count(number, language)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** With `list` it holds rows that keys go through, and is one of the lists that keys go to. */
export function Card({ title, more, wide, list, children }: { title: ReactNode; more?: ReactNode; wide?: boolean; list?: boolean; children: ReactNode }) {
  return (
    <section className={wide ? "card wide" : "card"} data-list={list}>
      <h2>{title}{more && <span className="more">{more}</span>}</h2>
      {children}
    </section>
  );
}

export function Tile({ value, label, note, to, alarm, text }: { value: ReactNode; label: ReactNode; note?: ReactNode; to?: string; alarm?: boolean; text?: boolean }) {
  const inside = (
    <>
      <div className={text ? "big text" : "big"}>{value}</div>
      <div>{label}</div>
      {note && <div className="faint">{note}</div>}
    </>
  );
  const name = alarm ? "tile alarm" : "tile";
  return to ? <a className={name} href={`#${to}`}>{inside}</a> : <div className={name}>{inside}</div>;
}

export const counts = (values: readonly Count[] | undefined) => (values ?? []).map(({ value, count: number }) => ({ value, count: number }));
