// What the choice in the form would have taken along, of events that happened: counted by the couriers' own rules.
import { Segmented } from "antd";
import { useMemo, useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { eventPath, Link } from "../../parts/Link.tsx";
import { plain } from "../../event/inert.ts";
import { iso } from "../../query/range.ts";
import { useAnswer } from "../../service/hooks.ts";
import { trails, type Group, type Selection, type SelectionAsk } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay, type Word } from "../../shell/words.ts";
import { selectionAsked, type TrailForm } from "./form.ts";
import { useSettled } from "./parts.tsx";

const DAY_MS = 86_400_000;
const SETTLE_MS = 350;
const SHOWN = 14;
const RANGES = ["day", "yesterday", "week"] as const;
type RangeName = (typeof RANGES)[number];

/** Yesterday is the day before this one, in the zone that the header says. */
function rangeOf(name: RangeName, now: number, utc: boolean): { start: string; end: string } {
  if (name !== "yesterday") return { start: iso(now - (name === "week" ? 7 : 1) * DAY_MS), end: iso(now) };
  const today = new Date(now);
  const begun = utc ? Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()) : new Date(today.getFullYear(), today.getMonth(), today.getDate()).getTime();
  return { start: iso(begun - DAY_MS), end: iso(begun) };
}

export function Preview({ form }: { form: TrailForm }) {
  const say = useSay();
  const { zone } = usePreferences();
  const [now] = useState(() => Date.now());
  const [range, setRange] = useState<RangeName>("day");
  const span = useMemo(() => rangeOf(range, now, zone === "utc"), [range, now, zone]);
  const text = useSettled(JSON.stringify(selectionAsked(form, span)), SETTLE_MS);
  useKeys("trail.preview", { range: () => setRange(RANGES[(RANGES.indexOf(range) + 1) % RANGES.length] ?? "day") });
  const asked = useAnswer(text, (signal) => trails.preview(JSON.parse(text) as SelectionAsk, signal));
  return (
    <section className="card preview" aria-label={say("trails.would")}>
      <h2>{say("trails.would")}<span className="more"><Segmented<RangeName> size="small" aria-label={say("trails.would")} value={range} onChange={setRange} options={RANGES.map((one) => ({ value: one, label: say(`trails.would.range.${one}`), title: "y" }))} /></span></h2>
      <Answer asked={asked} lines={6}>{(found) => <Told found={found} />}</Answer>
    </section>
  );
}

function Told({ found }: { found: Selection }) {
  const say = useSay();
  const { language } = usePreferences();
  const n = (number: number): string => count(number, language);
  const all = found.chosen + found.dropped + found.unread;
  if (all === 0) return <p className="faint" role="status">{say("trails.would.none")}</p>;
  const most = Math.max(...found.groups.map((one) => one.chosen + one.dropped + one.unread), 1);
  return (
    <>
      <p role="status" className="would" data-chosen={found.chosen} data-all={all}>{say("trails.would.sum", { n: n(found.chosen), all: n(all) })}</p>
      <div className="share-bar" aria-hidden="true"><span style={{ width: `${(found.chosen / all) * 100}%` }} /></div>
      {found.unread > 0 && <p className="warn">{say("trails.would.unread", { n: n(found.unread) })}</p>}
      {found.seen.lag > 0 && <p className="warn">{say("trails.would.lag", { n: n(found.seen.lag) })}</p>}
      <table className="plain would-table">
        <thead><tr><th scope="col">{say("trails.would.operation")}</th><th scope="col">{say("trails.would.chosen")}</th><th scope="col">{say("trails.would.dropped")}</th></tr></thead>
        <tbody>{found.groups.slice(0, SHOWN).map((one) => <Row key={`${one.serviceName}${one.eventName}${one.category}`} group={one} most={most} />)}</tbody>
      </table>
      {found.groups.length + found.moreGroups > SHOWN && <p className="faint">{say("trails.would.more", { n: n(found.groups.length + found.moreGroups - SHOWN) })}</p>}
      {found.chosenSample.length > 0 && <details open><summary>{say("trails.would.sample.chosen")}</summary><Lines lines={found.chosenSample} /></details>}
      {found.droppedSample.length > 0 && <details><summary>{say("trails.would.sample.dropped")}</summary><Lines lines={found.droppedSample} /></details>}
    </>
  );
}

function Row({ group, most }: { group: Group; most: number }) {
  const say = useSay();
  const { language } = usePreferences();
  const name = `${plain(group.serviceName, 30)}.${plain(group.eventName, 50)}`;
  return (
    <tr className={group.chosen ? undefined : "faint"}>
      <th scope="row">
        {group.newest ? <Link to={eventPath(group.newest)}>{name}</Link> : name}
        <span className="thin" aria-hidden="true"><span style={{ width: `${(group.chosen / most) * 100}%` }} /><span className="rest" style={{ width: `${((group.dropped + group.unread) / most) * 100}%` }} /></span>
      </th>
      <td>{count(group.chosen, language)}</td>
      <td>{count(group.dropped, language)}{group.dropped > 0 && group.why && <span className="faint why"> · {say(`trails.would.why.${group.why}` as Word)}</span>}</td>
    </tr>
  );
}
