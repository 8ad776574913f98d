// What is pinned: seen together above everything, noted, shown alone, exported, packed, and found again at the next visit.
import { Button } from "antd";
import { lazy, Suspense, useEffect, useState } from "react";
import { plain } from "../../event/inert.ts";
import { useCase } from "../../pack/casefile.ts";
import { Answer } from "../../parts/Answer.tsx";
import { EventRow } from "../../parts/EventList.tsx";
import { comparePath } from "../../query/compare.ts";
import { quoted } from "../../query/language.ts";
import type { EventsState } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { Failure } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import type { Found } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { remember, remembered } from "../../shell/preferences.ts";
import { go } from "../../shell/route.ts";
import { useSession } from "../../shell/session.ts";
import { useSay } from "../../shell/words.ts";
import { CaseHead, CaseNote, CaseOver } from "./CaseNotes.tsx";

const EvidencePack = lazy(() => import("./EvidencePack.tsx"));
const KEY = "actiontrail.pins";

/** The search that finds what is pinned. */
export function pinsQuery(pins: readonly string[]): string {
  return pins.map((id) => `eventId: ${quoted(id)}`).join(" or ");
}

/** What this account's page had pinned at the last visit. */
export function usePinsKept(pins: readonly string[]): string[] {
  const account = useSession()?.account ?? "";
  const all = remembered<Record<string, string[]>>(KEY, {});
  useEffect(() => {
    if (pins.length > 0) remember(KEY, { ...remembered<Record<string, string[]>>(KEY, {}), [account]: pins });
  }, [account, pins]);
  return pins.length > 0 ? [] : (all[account] ?? []);
}

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  togglePin: (id: string) => void;
  exportThem: () => void;
}

export function Pins({ state, set, togglePin, exportThem }: Props) {
  const say = useSay();
  const account = useSession()?.account ?? "";
  const asked = useAnswer(`pins${state.pins.join(" ")}`, (signal) => Promise.all(state.pins.map((id) => pinned(id, signal))));
  const two = pairOf(state.pins, "");
  const casefile = useCase(account);
  const [writing, setWriting] = useState(false);
  const [packing, setPacking] = useState(false);
  useKeys("events.pins", { notes: () => setWriting((old) => !old), pack: () => setPacking(true) });
  const unpinAll = () => {
    remember(KEY, { ...remembered<Record<string, string[]>>(KEY, {}), [account]: [] });
    set({ pins: [], pinsOnly: false });
  };
  const unpin = (id: string) => <button type="button" className="chip-remove" aria-label={`${say("events.unpin")} ${plain(id, 60)}`} onClick={() => togglePin(id)}>×</button>;
  return (
    <section className={writing ? "pins writing" : "pins"} aria-label={say("events.pinned")}>
      <div className="events-bar">
        <h2>{say("pins.title", { n: state.pins.length })}</h2>
        <Button size="small" aria-pressed={state.pinsOnly} onClick={() => set({ pinsOnly: !state.pinsOnly })}>{say(state.pinsOnly ? "pins.all" : "pins.only")}</Button>
        <Button size="small" title="Ctrl J" aria-pressed={writing} onClick={() => setWriting(!writing)}>{say(writing ? "pins.notes.done" : "pins.notes")}</Button>
        <Button size="small" title="Ctrl S" onClick={() => setPacking(true)}>{say("pins.pack")}</Button>
        <Button size="small" onClick={exportThem}>{say("pins.export")}</Button>
        {two && <Button size="small" title="&" onClick={() => go(comparePath({ of: "events", ...two }))}>{say("compare.two")}</Button>}
        <Button size="small" type="text" onClick={unpinAll}>{say("pins.none")}</Button>
      </div>
      <CaseHead of={casefile} writing={writing} />
      <Answer asked={asked} lines={state.pins.length}>
        {(found) => found.map((one) => typeof one === "string" ? (
          <div key={one} className="pin">
            <div>
              <p className="faint">{say("pins.missing", { id: plain(one, 80) })}</p>
              <CaseNote of={casefile} id={one} name={one} writing={writing} />
            </div>
            {unpin(one)}
          </div>
        ) : (
          <div key={one.index} className="pin">
            <div>
              <EventRow found={one} columns={state.columns} open={false} focused={false} toggle={(id) => set({ open: id })} detail={() => null} />
              <CaseNote of={casefile} id={one.event.eventId} name={one.event.eventName} writing={writing} />
            </div>
            {unpin(one.event.eventId)}
          </div>
        ))}
      </Answer>
      <CaseOver of={casefile} pins={state.pins} pin={(ids) => set({ pins: [...state.pins, ...ids] })} />
      {packing && <Suspense fallback={null}><EvidencePack pins={state.pins} casefile={casefile.casefile} close={() => setPacking(false)} /></Suspense>}
    </section>
  );
}

/** What to compare an event with: the one that was pinned last, or with none open the two that are; null if there are not two. */
export function pairOf(pins: readonly string[], open: string): { a: string; b: string } | null {
  const other = pins.filter((one) => one !== open).at(-1);
  if (open && other) return { a: other, b: open };
  return pins.length === 2 ? { a: pins[0] ?? "", b: pins[1] ?? "" } : null;
}

/** Where nothing is pinned: that notes are kept all the same. */
export function NotesLeft({ pin }: { pin: (ids: string[]) => void }) {
  const casefile = useCase(useSession()?.account ?? "");
  return <CaseOver of={casefile} pins={[]} pin={pin} />;
}

/** The event, or its id if the record has it no more or not for us. */
export async function pinned(id: string, signal: AbortSignal): Promise<Found | string> {
  try {
    return (await service.event(id, signal)).event;
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return id;
    throw error;
  }
}
