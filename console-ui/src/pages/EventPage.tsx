// One event on a page of its own, by its id.
import { useState } from "react";
import { besides, EventDetail } from "../parts/EventDetail.tsx";
import { Answer } from "../parts/Answer.tsx";
import { SentenceLine } from "../parts/SentenceLine.tsx";
import { Moment } from "../parts/Moment.tsx";
import { Link } from "../parts/Link.tsx";
import { comparePath } from "../query/compare.ts";
import { around } from "../query/range.ts";
import { service } from "../service/client.ts";
import { useAnswer } from "../service/hooks.ts";
import { nextAround } from "../parts/Surroundings.tsx";
import { useKeys } from "../shell/keys.ts";
import { eventsLink, go } from "../shell/route.ts";
import { useSay } from "../shell/words.ts";

export default function EventPage({ id }: { id: string }) {
  const say = useSay();
  const asked = useAnswer(id, (signal) => service.event(id, signal));
  const [tab, setTab] = useState("fields");
  const event = asked.data?.event.event;
  const near = event ? eventsLink({ ...around(event.eventTime, 5), open: event.eventId }) : "/events";
  const other = comparePath({ of: "events", a: id });
  useKeys("event", { tabs: (at) => setTab(besides(tab, at === 0 ? -1 : 1)), around: () => setTab(nextAround(tab)), compare: () => go(other), search: () => go(near) });
  return (
    <main className="page">
      <Answer asked={asked}>
        {({ event: found }) => (
          <>
            <h1 className="event-title"><SentenceLine event={found.event} channel={found.channel} /></h1>
            <p className="faint">
              <Moment at={found.event.eventTime} /> · {found.event.eventName} · {found.event.serviceName} · <Link to={near} title="/">{say("events.around.all")}</Link> · <Link to={other} title="<">{say("compare.with")}</Link>
            </p>
            <div className="card"><EventDetail found={found} standalone tab={tab} choose={setTab} /></div>
          </>
        )}
      </Answer>
    </main>
  );
}
