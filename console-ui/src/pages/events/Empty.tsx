// Why a search found nothing: what is certain is said, and each way out is one click.
import { Button } from "antd";
import { plain } from "../../event/inert.ts";
import { compose, type Chip } from "../../query/language.ts";
import type { EventsState } from "../../query/state.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useSession } from "../../shell/session.ts";
import type { Question, Seen } from "../../service/types.ts";
import { moment } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  question: Question;
  seen: Seen;
}

interface Reasons {
  any: number;
  everywhere: number;
  last: string;
  reads: number;
  without: { chip: Chip; events: number }[];
  unknownService: string;
}

const CHIPS_MAX = 6;

async function reasons({ state, question }: { state: EventsState; question: Question }, signal: AbortSignal): Promise<Reasons> {
  const total = async (query: string, times: Question = {}): Promise<number> => (await service.histogram({ query, ...times, buckets: 1 }, signal)).total;
  const times = { start: question.start, end: question.end };
  const visible = (chips: Chip[]) => compose(state.text, chips, { hideReads: state.hideReads });
  const services = state.chips.filter((chip) => chip.field === "serviceName" && !chip.not && chip.value);
  const typed = /serviceName:\s*"?([A-Za-z]\w*)"?/.exec(state.text)?.[1];
  const named = services[0]?.value ?? typed ?? "";
  const [any, newest, reads, known] = await Promise.all([
    total(""),
    service.search({ query: question.query ?? "", limit: 1 }, signal),
    state.hideReads ? total(compose(state.text, state.chips), times) : Promise.resolve(0),
    named ? total(compose("", [{ field: "serviceName", value: named, not: false }])) : Promise.resolve(1),
  ]);
  const everywhere = newest.events.length ? await total(question.query ?? "") : 0;
  const without = await Promise.all(
    state.chips.slice(0, CHIPS_MAX).map(async (chip) => ({ chip, events: await total(visible(state.chips.filter((one) => one !== chip)), times) })),
  );
  return { any, everywhere, last: newest.events[0]?.event.eventTime ?? "", reads, without: without.filter((one) => one.events > 0), unknownService: known === 0 ? named : "" };
}

export function Empty({ state, set, question, seen }: Props) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const session = useSession();
  const asked = useAnswer(`empty${JSON.stringify(question)}`, (signal) => reasons({ state, question }, signal));
  const found = asked.data;
  const early = seen.since && question.start && question.start < seen.since;
  return (
    <section className="empty" role="status">
      <h2>{say("events.empty.title")}</h2>
      {found && (
        <ul>
          {found.any === 0 && <li>{say("events.empty.none")}</li>}
          {found.unknownService && <li>{say("events.empty.service", { name: plain(found.unknownService, 60) })}</li>}
          {found.reads > 0 && (
            <li>
              {say("events.empty.reads", { n: count(found.reads, language) })} <Button size="small" onClick={() => set({ hideReads: false })}>{say("events.empty.showReads")}</Button>
            </li>
          )}
          {found.everywhere > 0 && (
            <li>
              {say("events.empty.range", { n: count(found.everywhere, language), when: moment(found.last, zone) })}{" "}
              <Button size="small" onClick={() => set({ range: { from: "", to: "now" } })}>{say("events.empty.widen")}</Button>
            </li>
          )}
          {found.without.map(({ chip, events }) => (
            <li key={`${chip.field}${chip.value}`}>
              {say("events.empty.chip", { chip: `${chip.not ? "≠ " : ""}${chip.field} ${plain(chip.value, 60)}`, n: count(events, language) })}{" "}
              <Button size="small" onClick={() => set({ chips: state.chips.filter((one) => one !== chip) })}>{say("events.removeChip", { chip: chip.field })}</Button>
            </li>
          ))}
          {early && <li>{say("events.empty.retention", { since: moment(seen.since ?? "", zone) })}</li>}
          {seen.lag > 0 && <li>{say("events.empty.lag", { n: count(seen.lag, language) })}</li>}
          <li>{say("events.empty.rights", { account: session?.account ?? "" })}</li>
          {seen.lag === 0 && !early && found.everywhere === 0 && found.any > 0 && <li>{say("events.empty.whole", { n: count(found.any, language) })}</li>}
        </ul>
      )}
    </section>
  );
}
