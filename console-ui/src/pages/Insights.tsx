// Insight events that are in the record, each beside the curve of the operation it is about; honest when there are none.
import { useMemo, useState } from "react";
import { Answer } from "../parts/Answer.tsx";
import { Card } from "../parts/Lines.tsx";
import { Histogram } from "../parts/Histogram.tsx";
import { eventPath, Link } from "../parts/Link.tsx";
import { Moment } from "../parts/Moment.tsx";
import { at, leaves } from "../event/facts.ts";
import { plain } from "../event/inert.ts";
import { compose } from "../query/language.ts";
import { iso } from "../query/range.ts";
import { service } from "../service/client.ts";
import { useAnswer } from "../service/hooks.ts";
import type { Found } from "../service/types.ts";
import { eventsLink, go } from "../shell/route.ts";
import { showSeen } from "../shell/seen.ts";
import { useSay } from "../shell/words.ts";

const AROUND_MS = 12 * 3_600_000;

export default function Insights() {
  const say = useSay();
  const asked = useAnswer("insights", async (signal) => {
    const page = await service.search({ query: "eventCategory: Insight", limit: 200 }, signal);
    showSeen(page.seen);
    return page;
  });
  return (
    <main className="page">
      <h1>{say("insights.title")}</h1>
      <Answer asked={asked}>
        {({ events }) =>
          events.length === 0 ? (
            <section className="empty">
              <h2>{say("insights.none")}</h2>
              <p>{say("insights.none.hint")}</p>
              <p><Link to={eventsLink({ q: "eventCategory: Insight", from: "" })}>eventCategory: Insight</Link></p>
            </section>
          ) : (
            <div className="grid">{events.map((found) => <Insight key={found.index} found={found} />)}</div>
          )
        }
      </Answer>
    </main>
  );
}

function Insight({ found }: { found: Found }) {
  const say = useSay();
  const [now] = useState(() => Date.now());
  const { event } = found;
  const details = (event.insightDetails ?? {}) as Record<string, unknown>;
  const about = String(at(details, "eventName") ?? at(details, "insightContext.eventName") ?? event.eventName);
  const when = Date.parse(event.eventTime);
  const [from, to] = [when - AROUND_MS, Math.min(when + AROUND_MS, now)];
  const query = compose("not eventCategory: Insight", [{ field: "eventName", value: about, not: false }]);
  const asked = useAnswer(`insight${event.eventId}`, (signal) => service.histogram({ query, start: iso(from), end: iso(to), buckets: 48 }, signal));
  const numbers = useMemo(() => leaves(details).filter(([, value]) => /^-?\d+(\.\d+)?$/.test(value)), [details]);
  return (
    <Card wide title={<>{plain(event.insightType ? String(event.insightType) : event.eventName, 80)} · {plain(about, 80)}</>} more={<Link to={eventPath(event.eventId)}><Moment at={event.eventTime} /></Link>}>
      <dl className="facts">
        {numbers.map(([path, value]) => (
          <div key={path} style={{ display: "contents" }}><dt>{/baseline/i.test(path) ? say("insights.baseline") : say("insights.measured")} <span className="faint">{plain(path, 80)}</span></dt><dd>{value}</dd></div>
        ))}
      </dl>
      <p className="faint">{say("insights.curve")} · <Link to={eventsLink({ q: query, from: iso(from), to: iso(to) })}>{say("insights.events")}</Link></p>
      <Answer asked={asked} lines={2}>{(data) => <Histogram data={data} from={from} to={to} choose={(start, end) => go(eventsLink({ q: query, from: iso(start), to: iso(end) }))} />}</Answer>
    </Card>
  );
}
