// What can be done with an open event: keep it in sight, or look at what surrounds it.
import { Button, Tooltip } from "antd";
import { AXES, axisOf } from "../../parts/Surroundings.tsx";
import { around } from "../../query/range.ts";
import type { EventsState } from "../../query/state.ts";
import type { Found } from "../../service/types.ts";
import { useSay } from "../../shell/words.ts";

interface Props {
  found: Found;
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  togglePin: (id: string) => void;
}

export function RowTools({ found, state, set, togglePin }: Props) {
  const say = useSay();
  const id = found.event.eventId;
  return (
    <div className="row-tools">
      <Tooltip title="p"><Button size="small" onClick={() => togglePin(id)}>{say(state.pins.includes(id) ? "events.unpin" : "events.pin")}</Button></Tooltip>
      <span className="faint">{say("events.around")}:</span>
      {AXES.map((axis) => <Button key={axis} size="small" onClick={() => set({ open: id, tab: `around:${axis}:${axisOf(state.tab).window}` })}>{say(`around.${axis}`)}</Button>)}
      <Button size="small" onClick={() => set({ text: "", chips: [], range: around(found.event.eventTime, 5), open: id, tab: "", mode: "events" })}>{say("events.around.all")}</Button>
    </div>
  );
}
