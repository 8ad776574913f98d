// What is pinned: seen together above everything, shown alone, exported, and found again at the next visit.
import { Button } from "antd";
import { useEffect } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { EventRow } from "../../parts/EventList.tsx";
import { comparePath } from "../../query/compare.ts";
import { quoted } from "../../query/language.ts";
import type { EventsState } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { Failure } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import type { Found } from "../../service/types.ts";
import { remember, remembered } from "../../shell/preferences.ts";
import { go } from "../../shell/route.ts";
import { useSession } from "../../shell/session.ts";
import { useSay } from "../../shell/words.ts";

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
  const unpinAll = () => {
    remember(KEY, { ...remembered<Record<string, string[]>>(KEY, {}), [account]: [] });
    set({ pins: [], pinsOnly: false });
  };
  return (
    <section className="pins" aria-label={say("events.pinned")}>
      <div className="events-bar">
        <h2>{say("pins.title", { n: state.pins.length })}</h2>
        <Button size="small" aria-pressed={state.pinsOnly} onClick={() => set({ pinsOnly: !state.pinsOnly })}>{say(state.pinsOnly ? "pins.all" : "pins.only")}</Button>
        <Button size="small" onClick={exportThem}>{say("pins.export")}</Button>
        {two && <Button size="small" title="&" onClick={() => go(comparePath({ of: "events", ...two }))}>{say("compare.two")}</Button>}
        <Button size="small" type="text" onClick={unpinAll}>{say("pins.none")}</Button>
      </div>
      <Answer asked={asked} lines={state.pins.length}>
        {(found) => found.map((one) => typeof one === "string" ? (
          <p key={one} className="faint">{say("pins.missing", { id: plain(one, 80) })}</p>
        ) : (
          <div key={one.index} className="pin">
            <EventRow found={one} columns={state.columns} open={false} focused={false} toggle={(id) => set({ open: id })} detail={() => null} />
            <button type="button" className="chip-remove" aria-label={`${say("events.unpin")} ${plain(one.event.eventId, 60)}`} onClick={() => togglePin(one.event.eventId)}>×</button>
          </div>
        ))}
      </Answer>
    </section>
  );
}

/** What to compare an event with: the one that was pinned last, or with none open the two that are; null if there are not two. */
export function pairOf(pins: readonly string[], open: string): { a: string; b: string } | null {
  const other = pins.filter((one) => one !== open).at(-1);
  if (open && other) return { a: other, b: open };
  return pins.length === 2 ? { a: pins[0] ?? "", b: pins[1] ?? "" } : null;
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
