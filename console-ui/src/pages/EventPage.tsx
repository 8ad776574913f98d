// One event on a page of its own, by its id.
import { EventDetail } from "../parts/EventDetail.tsx";
import { Answer } from "../parts/Answer.tsx";
import { SentenceLine } from "../parts/SentenceLine.tsx";
import { Moment } from "../parts/Moment.tsx";
import { Link } from "../parts/Link.tsx";
import { around } from "../query/range.ts";
import { service } from "../service/client.ts";
import { useAnswer } from "../service/hooks.ts";
import { eventsLink } from "../shell/route.ts";
import { useSay } from "../shell/words.ts";

export default function EventPage({ id }: { id: string }) {
  const say = useSay();
  const asked = useAnswer(id, (signal) => service.event(id, signal));
  return (
    <main className="page">
      <Answer asked={asked}>
        {({ event: found }) => (
          <>
            <h1 className="event-title"><SentenceLine event={found.event} channel={found.channel} /></h1>
            <p className="faint">
              <Moment at={found.event.eventTime} /> · {found.event.eventName} · {found.event.serviceName} · <Link to={eventsLink({ ...around(found.event.eventTime, 5), open: found.event.eventId })}>{say("events.around.all")}</Link>
            </p>
            <div className="card"><EventDetail found={found} standalone /></div>
          </>
        )}
      </Answer>
    </main>
  );
}
