// Events grouped by one thing that they share: each group is a row with its figures, and opens to some of its events.
import { Button } from "antd";
import { Fragment, useEffect, useRef, useState, type ReactNode } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { EventRow } from "../../parts/EventList.tsx";
import { Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { BYS, chipsFor, GROUPS_MAX, groupsSql, insideSql, narrowed, pathOf, readGroups, SORTS, type Group } from "../../query/groups.ts";
import { compose, quoted, withChips, withSql, type Chip } from "../../query/language.ts";
import type { EventsState } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import type { Found, Question } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { chosen, deed, through } from "../../shell/rows.ts";
import { count, useSay, type Word } from "../../shell/words.ts";
import { OpenApart } from "./OpenApart.tsx";

const ROWS = ".groups [data-row]";
const COPIES_MAX = 200; // events of the ids asked for, should some ids have several

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState> | ((now: EventsState) => Partial<EventsState>)) => void;
  question: Question;
  toggleOpen: (id: string) => void;
  detail: (found: Found) => ReactNode;
}

export default function Groups({ state, set, question, toggleOpen, detail }: Props) {
  const say = useSay();
  const { language } = usePreferences();
  const { by, sort } = state;
  const asked = useAnswer(`groups${by}${sort}${JSON.stringify(question)}`, async (signal) => ({
    by,
    groups: readGroups(await service.sql({ ...question, query: withSql(question.query, groupsSql(by, sort)) }, signal)),
  }));
  const change = (next: Partial<EventsState>) => set({ group: "", open: "", tab: "", ...next });
  useKeys("events.groups", {
    ...through(ROWS),
    by: (at) => BYS[at] && change({ by: BYS[at] }),
    sort: (at) => set((now) => ({ sort: SORTS[(SORTS.indexOf(now.sort) + (at === 0 ? SORTS.length - 1 : 1)) % SORTS.length] ?? "count" })),
    all: () => deed("all", ROWS) || chosen(ROWS)?.closest<HTMLElement>(".inside")?.querySelector<HTMLElement>("[data-deed=all]")?.click(),
  });

  // What somebody reads stays in sight, also when it is in no open group.
  const [inside, setInside] = useState<{ of: string; events: Found[] }>({ of: "", events: [] });
  const held = useRef<Found>(undefined);
  const standing = state.group !== "" && asked.data?.by === by && asked.data.groups.shown.some((one) => one.id === state.group);
  const reading = standing && inside.of === state.group ? inside.events.find((one) => one.event.eventId === state.open) : undefined;
  if (reading) held.current = reading;
  const apart = state.open !== "" && !reading && asked.data !== undefined && !asked.loading && (!standing || inside.of === state.group);

  return (
    <section className="groups" aria-label={say("events.mode.groups")} aria-busy={asked.loading}>
      <div className="events-bar">
        <div className="modes" role="radiogroup" aria-label={say("groups.by")}>
          {BYS.map((one, at) => (
            <button key={one} type="button" role="radio" title={String(at + 1)} aria-checked={by === one} className={by === one ? "mode chosen" : "mode"} onClick={() => change({ by: one })}>{say(`groups.by.${one}`)}</button>
          ))}
        </div>
        <label>
          {say("groups.sort")}{" "}
          <select className="select" title="[ ]" value={sort} onChange={(event) => set({ sort: SORTS.find((one) => one === event.target.value) ?? "count" })}>
            {SORTS.map((one) => <option key={one} value={one}>{say(`groups.sort.${one}`)}</option>)}
          </select>
        </label>
      </div>
      {apart && <OpenApart key={state.open} id={state.open} held={held.current?.event.eventId === state.open ? held.current : undefined} columns={state.columns} toggle={toggleOpen} detail={detail} />}
      <Answer asked={asked} lines={8}>
        {({ groups, by: answered }) => answered === by && (
          <>
            <p className="faint groups-told" role="status" data-groups={asked.loading ? undefined : groups.all}>
              {say("groups.count", { n: count(groups.all, language) })}{" "}
              {groups.all > groups.shown.length && <strong>{say("groups.some", { n: count(GROUPS_MAX, language) })}</strong>}{" "}
              {by === "resource" && say("groups.several")}{" "}
              {state.group && !standing && <span className="warn">{say("groups.gone")}</span>}
            </p>
            <Table groups={groups.shown} state={state} set={set} question={question}>
              {(group) => <Inside key={group.id} group={group} state={state} set={set} question={question} toggleOpen={toggleOpen} detail={detail} hear={setInside} />}
            </Table>
          </>
        )}
      </Answer>
    </section>
  );
}

type Part = Pick<Props, "state" | "set" | "question">;

function Table({ groups, state, set, children }: Part & { groups: readonly Group[]; children: (group: Group) => ReactNode }) {
  const say = useSay();
  const { language } = usePreferences();
  const most = Math.max(...groups.map((one) => one.events), 1);
  const toggle = (id: string) => set(({ group }) => ({ group: group === id ? "" : id, open: "", tab: "" }));
  return (
    <div className="rows" tabIndex={0} role="region" aria-label={say("events.mode.groups")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say("groups.value")}</th>
            {(["events", "failed", "names", "first", "last"] as const).map((one) => <th key={one} scope="col" className={/first|last/.test(one) ? undefined : "number"}>{say(`groups.${one}`)}</th>)}
            <td />
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const open = state.group === group.id;
            const text = group.value === "" ? say(`groups.none.${state.by}`) : plain(group.value, 120);
            const path = pathOf(state.by, group);
            return (
              <Fragment key={group.id}>
                <tr data-row tabIndex={-1} data-group={group.id} data-kind={group.kind || undefined} data-value={plain(group.value, 120)} className={open ? "open" : undefined}>
                  <th scope="row">
                    <button type="button" className="row-toggle" data-deed="open" aria-expanded={open} aria-label={say(open ? "groups.close" : "groups.open", { value: text })} onClick={() => toggle(group.id)}>{open ? "▾" : "▸"}</button>{" "}
                    {group.kind && <span className="badge">{say(`actor.${group.kind}` as Word)}</span>}{" "}
                    {path ? <Link to={path} title={plain(group.value, 400)}><bdi>{text}</bdi></Link> : <bdi className={group.value === "" ? "faint" : undefined} title={plain(group.value, 400)}>{text}</bdi>}
                  </th>
                  <td className="number"><span className="share" style={{ width: `${(group.events / most) * 100}%` }} />{count(group.events, language)}</td>
                  <td className={group.failed > 0 ? "number bad" : "number faint"}>{count(group.failed, language)}</td>
                  <td className="number">{count(group.names, language)}</td>
                  <td><Moment at={group.first} /></td>
                  <td><Moment at={group.last} /></td>
                  <td className="field-actions">
                    <button type="button" data-deed="all" title={say("groups.all", { n: count(group.events, language) })} aria-label={`${text}: ${say("groups.all", { n: count(group.events, language) })}`} onClick={() => set(({ chips }) => asSearch(chips, chipsFor(state.by, group)))}>+</button>
                    {chipsFor(state.by, group).length === 1 && <button type="button" title={say("groups.without")} aria-label={`${text}: ${say("groups.without")}`} onClick={() => set(({ chips }) => without(chips, chipsFor(state.by, group)))}>−</button>}
                  </td>
                </tr>
                {open && <tr className="inside"><td colSpan={7}><div>{children(group)}</div></td></tr>}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function asSearch(chips: readonly Chip[], added: readonly Chip[]): Partial<EventsState> {
  return { mode: "events", chips: narrowed(chips, added), group: "", open: "", tab: "" };
}

function without(chips: readonly Chip[], those: readonly Chip[]): Partial<EventsState> {
  return { chips: withChips(chips, those.map((one) => ({ ...one, not: true }))), group: "", open: "", tab: "" };
}

/** Some events of an open group, told by a question of their own; and what a search for all of them would find. */
function Inside({ group, state, set, question, toggleOpen, detail, hear }: Omit<Props, "question"> & Part & { group: Group; hear: (told: { of: string; events: Found[] }) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const { by, order } = state;
  const chips = chipsFor(by, group);
  const asked = useAnswer(`inside${by}${group.id}${order}${JSON.stringify(question)}`, async (signal) => {
    const [events, found] = await Promise.all([eventsOf(question, insideSql(by, group.id, order), signal), foundBy(question, chips, signal)]);
    return { events, found };
  });
  const events = asked.data?.events;
  useEffect(() => { if (events) hear({ of: group.id, events }); }, [events, group.id]);
  return (
    <Answer asked={asked}>
      {({ events: shown, found }) => (
        <>
          <div className="events-bar">
            {group.events > shown.length && <span className="faint">{say(order === "newest" ? "groups.firstShown" : "groups.oldestShown", { n: count(shown.length, language) })}</span>}
            <Button size="small" title="a" data-deed="all" onClick={() => set(({ chips: now }) => asSearch(now, chips))}>{say("groups.all", { n: count(found ?? group.events, language) })}</Button>
            {chips.length === 1 && <Button size="small" onClick={() => set(({ chips: now }) => without(now, chips))}>{say("groups.without")}</Button>}
            {found !== undefined && found !== group.events && <span className="faint">{say("groups.wider", { n: count(found, language) })}</span>}
          </div>
          <ul className="inside-events">
            {shown.map((one) => (
              <li key={one.index} data-row tabIndex={-1}>
                <EventRow found={one} columns={state.columns} open={state.open === one.event.eventId} focused={false} toggle={toggleOpen} detail={detail} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Answer>
  );
}

/** The events whose places and ids `sql` tells, whole, in its order. */
async function eventsOf(question: Question, sql: string, signal: AbortSignal): Promise<Found[]> {
  const { rows } = await service.sql({ ...question, query: withSql(question.query, sql) }, signal);
  if (rows.length === 0) return [];
  const query = [...new Set(rows.map(([, id]) => String(id)))].map((id) => `eventId: ${quoted(id)}`).join(" or ");
  const { events } = await service.search({ ...question, query, limit: COPIES_MAX }, signal);
  return rows.flatMap(([place]) => events.find((one) => one.index === Number(place)) ?? []);
}

/** How many events a search for `chips` finds; nothing where it cannot be asked so. */
async function foundBy(question: Question, chips: readonly Chip[], signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await service.histogram({ ...question, query: compose(question.query ?? "", chips), buckets: 1 }, signal)).total;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined; // some values have no words that could be searched for; the events stand below all the same
  }
}
