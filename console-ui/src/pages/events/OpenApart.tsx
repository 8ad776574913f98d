// The open event, where it is not among the rows: it stays in sight, whatever was found since, and a link to it opens it.
import type { ReactNode } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { EventRow } from "../../parts/EventList.tsx";
import { useAnswer } from "../../service/hooks.ts";
import type { Found } from "../../service/types.ts";
import { useSay } from "../../shell/words.ts";
import { pinned } from "./Pins.tsx";

interface Props {
  id: string;
  /** The event, if it was among the rows a moment ago: nothing is asked then. */
  held: Found | undefined;
  columns: readonly string[];
  toggle: (id: string) => void;
  detail: (found: Found) => ReactNode;
}

export function OpenApart({ id, held, columns, toggle, detail }: Props) {
  const say = useSay();
  const asked = useAnswer<Found | string>(held ? "" : `open ${id}`, (signal) => pinned(id, signal));
  const row = (found: Found) => <EventRow found={found} columns={columns} open focused={false} toggle={toggle} detail={detail} />;
  return (
    <section className="open-apart" aria-label={say("events.apart")}>
      <p className="faint">{say("events.apart")}</p>
      {held ? row(held) : (
        <Answer asked={asked}>
          {(found) => typeof found === "string" ? <p className="faint">{say("pins.missing", { id: plain(found, 80) })}</p> : row(found)}
        </Answer>
      )}
    </section>
  );
}
