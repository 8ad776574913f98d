// What can be done with an open event: keep it in sight, look at what is like it or at all but that, or at what surrounds it.
import { Button, Tooltip } from "antd";
import { AXES, axisOf } from "../../parts/Surroundings.tsx";
import { comparePath } from "../../query/compare.ts";
import { around } from "../../query/range.ts";
import { SORT, sortOf } from "../../query/similar.ts";
import type { EventsState } from "../../query/state.ts";
import type { Found } from "../../service/types.ts";
import { go } from "../../shell/route.ts";
import { useSay } from "../../shell/words.ts";
import { pairOf } from "./Pins.tsx";

interface Props {
  found: Found;
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  togglePin: (id: string) => void;
  similar: (found: readonly Found[], not: boolean) => void;
}

export function RowTools({ found, state, set, togglePin, similar }: Props) {
  const say = useSay();
  const id = found.event.eventId;
  const sort = sortOf(found.event);
  const has = (not: boolean) => state.chips.some((chip) => chip.field === SORT && chip.value === sort && chip.not === not);
  const pair = state.pins.some((one) => one !== id) ? pairOf(state.pins, id) : null;
  return (
    <div className="row-tools">
      <Tooltip title="p"><Button size="small" onClick={() => togglePin(id)}>{say(state.pins.includes(id) ? "events.unpin" : "events.pin")}</Button></Tooltip>
      <Tooltip title="1"><Button size="small" aria-pressed={has(false)} onClick={() => similar([found], false)}>{say("similar.only")}</Button></Tooltip>
      <Tooltip title="0"><Button size="small" aria-pressed={has(true)} onClick={() => similar([found], true)}>{say("similar.hide")}</Button></Tooltip>
      {pair && <Tooltip title="&"><Button size="small" onClick={() => go(comparePath({ of: "events", ...pair }))}>{say("compare.pinned")}</Button></Tooltip>}
      <span className="faint">{say("events.around")}:</span>
      {AXES.map((axis) => <Button key={axis} size="small" onClick={() => set({ open: id, tab: `around:${axis}:${axisOf(state.tab).window}` })}>{say(`around.${axis}`)}</Button>)}
      <Button size="small" onClick={() => set({ text: "", chips: [], range: around(found.event.eventTime, 5), open: id, tab: "", mode: "events" })}>{say("events.around.all")}</Button>
    </div>
  );
}
