// Why a search found nothing, as the service tells it: each reason with the way out that it leaves.
import { Button } from "antd";
import type { ReactNode } from "react";
import { plain } from "../../event/inert.ts";
import { chipsOf, isHideReads } from "../../query/conditions.ts";
import { around } from "../../query/range.ts";
import type { EventsState } from "../../query/state.ts";
import { useAnswer } from "../../service/hooks.ts";
import { pages, type Reason } from "../../service/pages.ts";
import type { Question, Seen } from "../../service/types.ts";
import { Answer } from "../../parts/Answer.tsx";
import { copy } from "../../parts/copy.ts";
import { Link } from "../../parts/Link.tsx";
import { WORDS } from "../../words/words.ts";
import { told } from "./Chips.tsx";
import { moment } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay, type Word } from "../../shell/words.ts";

interface Props {
  state: EventsState;
  set: (change: Partial<EventsState>) => void;
  question: Question;
  seen: Seen;
}

export function Empty({ state, set, question, seen }: Props) {
  const say = useSay();
  const { language } = usePreferences();
  const asked = useAnswer(`empty${JSON.stringify(question)}`, (signal) => pages.whyEmpty(question.query ?? "", { start: question.start, end: question.end }, signal));
  return (
    <section className="empty" role="status">
      <h2>{say("events.empty.title")}</h2>
      <Answer asked={asked}>
        {({ reasons, events, seen: reach }) => (
          <ul>
            {events > 0 && <li>{say("why.Now", { n: events })}</li>}
            {reasons.map((reason, at) => (
              <li key={`${reason.code}${at}`} data-reason={reason.code}>
                <Told reason={reason} state={state} since={reach.since} from={question.start ?? ""} /> <Way reason={reason} state={state} set={set} />
                {reason.code === "OutsideSearchable" && <Outside reason={reason} set={set} />}
              </li>
            ))}
            <li>{say("why.trails", { n: count(seen.size - seen.first, language) })}</li>
          </ul>
        )}
      </Answer>
    </section>
  );
}

const REBUILD = "actiontrail fsck --rebuild-projection";

/** What is true of the time that search does not reach, and the two ways to see it all the same. */
function Outside({ reason, set }: { reason: Reason; set: Props["set"] }) {
  const say = useSay();
  return (
    <>
      <p>{say("why.outside.kept")}</p>
      <p className="events-bar">
        <Button size="small" onClick={() => set({ range: { from: reason.nearest, to: "now" } })}>{say("why.outside.search")}</Button>
        <Link to="/settings/retention">{say("why.outside.retention")}</Link>
      </p>
      <p className="faint">{say("why.outside.way")}<br /><code>{REBUILD}</code> <Button size="small" onClick={() => copy(REBUILD)}>{say("detail.copy")}</Button></p>
      <p className="faint">{say("why.outside.backfill")} <Link to="/trails">{say("why.outside.trails")}</Link></p>
    </>
  );
}

function Told({ reason, state, since, from }: { reason: Reason; state: EventsState; since: string; from: string }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const at = (text: string) => (text ? moment(text, zone) : say("range.now"));
  const chips = chipsOf(reason.condition, state.chips).map((one) => `${one.not ? "≠ " : ""}${told(one, say).field}: ${told(one, say).text}`).join(", ");
  const what = isHideReads(reason.condition) && state.hideReads ? say("events.hideReads") : plain(chips || reason.condition, 120);
  // "Never" is never in what is searchable, where that does not reach back to the beginning.
  const limited = `why.${reason.code}.since`;
  const word = (since && Object.hasOwn(WORDS, limited) ? limited : `why.${reason.code}`) as Word;
  const values = { what, n: count(reason.count, language), nearest: at(reason.nearest), until: at(reason.until), since: at(since), from: from ? at(from) : say("why.outside.beginning"), suggestion: plain(reason.suggestion, 120), other: reason.suggestion === "Read" ? say("why.reads") : say("why.writes") };
  return <>{Object.hasOwn(WORDS, word) ? say(word, values) : plain(reason.message, 300)}</>;
}

/** What can be done about it, by one click. */
function Way({ reason, state, set }: { reason: Reason; state: EventsState; set: Props["set"] }): ReactNode {
  const say = useSay();
  const button = (label: string, change: Partial<EventsState>) => <Button size="small" onClick={() => set(change)}>{label}</Button>;
  switch (reason.code) {
    case "Earlier":
    case "Later":
      return (
        <>
          {button(say("why.go"), { range: around(reason.nearest, 60) })} {button(say("events.empty.widen"), { range: { from: "", to: "now" } })}
        </>
      );
    case "EmptyRange":
    case "NewSource":
    case "Gap":
      return button(say("why.go"), { range: around(reason.nearest, 60) });
    case "Without": {
      if (isHideReads(reason.condition) && state.hideReads) return button(say("events.empty.showReads"), { hideReads: false });
      const chips = chipsOf(reason.condition, state.chips);
      if (chips.length > 0) return button(say("events.removeChip", { chip: chips[0] ? told(chips[0], say).field : "" }), { chips: state.chips.filter((one) => !chips.includes(one)) });
      return button(say("why.without"), { text: reason.suggestion, chips: [], hideReads: false });
    }
    case "UnknownField":
      return reason.suggestion ? button(say("why.take", { what: reason.suggestion }), replaced(state, reason.condition, reason.suggestion)) : null;
    case "NoSuchSource":
    case "NoSuchValue": {
      const chips = chipsOf(reason.condition, state.chips);
      if (chips.length === 0) return null;
      return (
        <>
          {reason.suggestion && button(say("why.take", { what: reason.suggestion }), { chips: state.chips.map((one) => (chips.includes(one) ? { ...one, value: reason.suggestion } : one)) })}{" "}
          {button(say("events.removeChip", { chip: chips[0] ? told(chips[0], say).field : "" }), { chips: state.chips.filter((one) => !chips.includes(one)) })}
        </>
      );
    }
    default:
      return null;
  }
}

function replaced(state: EventsState, field: string, by: string): Partial<EventsState> {
  return {
    text: state.text.split(field).join(by),
    chips: state.chips.map((one) => (one.field === field ? { ...one, field: by } : one)),
  };
}
