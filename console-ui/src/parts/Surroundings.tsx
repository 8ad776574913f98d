// What happened around an event: by the same actor, in the same session, on the same resource, from the same address.
import { resourcesOf } from "../event/facts.ts";
import { plain } from "../event/inert.ts";
import { compose, type Chip } from "../query/language.ts";
import { iso } from "../query/range.ts";
import { useAnswer } from "../service/hooks.ts";
import { pages, type AroundBy, type Line } from "../service/pages.ts";
import type { Found } from "../service/types.ts";
import { count, useSay } from "../shell/words.ts";
import { usePreferences } from "../shell/preferences.ts";
import { Answer } from "./Answer.tsx";
import { Link } from "./Link.tsx";
import { Lines } from "./Lines.tsx";

export const AXES: readonly AroundBy[] = ["actor", "session", "resource", "address"];
export const WINDOWS: readonly number[] = [300, 900, 3600, 6 * 3600, 86_400, 7 * 86_400];
const EACH_MAX = 50;

/** `around:address:3600` as axis and window. */
export function axisOf(tab: string): { by: AroundBy; window: number } {
  const [, by = "", window = ""] = tab.split(":");
  return { by: AXES.find((one) => one === by) ?? "actor", window: WINDOWS.find((one) => one === Number(window)) ?? 900 };
}

export function Surroundings({ found, tab, choose }: { found: Found; tab: string; choose: (tab: string) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const { by, window } = axisOf(tab);
  const id = found.event.eventId;
  const asked = useAnswer(`around${id}${by}${window}`, (signal) => pages.surroundings(id, by, window, EACH_MAX, signal));
  return (
    <section className="surroundings" aria-busy={asked.loading}>
      <div className="events-bar">
        <div className="modes" role="radiogroup" aria-label={say("around.by")}>
          {AXES.map((axis) => (
            <button key={axis} type="button" role="radio" aria-checked={by === axis} className={by === axis ? "mode chosen" : "mode"} onClick={() => choose(`around:${axis}:${window}`)}>{say(`around.${axis}`)}</button>
          ))}
        </div>
        <label>
          {say("around.window")}{" "}
          <select className="select" value={window} onChange={(event) => choose(`around:${by}:${event.target.value}`)}>
            {WINDOWS.map((seconds) => <option key={seconds} value={seconds}>± {unit(seconds, say)}</option>)}
          </select>
        </label>
        <Link to={`/events?${asSearch(found, by, window)}`}>{say("around.search")}</Link>
      </div>
      <Answer asked={asked}>
        {(around) => (
          <>
            <p className="faint">{say("around.values", { what: plain(around.values.join(", "), 200), before: count(around.before.length, language), after: count(around.after.length, language) })}</p>
            {around.moreBefore && <p className="faint">{say("around.more")}</p>}
            <Lines lines={[...around.before, around.event, ...around.after]} extra={(line: Line) => line.index === around.event.index && <span className="badge">{say("around.this")}</span>} />
            {around.moreAfter && <p className="faint">{say("around.more")}</p>}
          </>
        )}
      </Answer>
    </section>
  );
}

function unit(seconds: number, say: ReturnType<typeof useSay>): string {
  if (seconds < 3600) return say("unit.m", { n: seconds / 60 });
  return seconds < 86_400 ? say("unit.h", { n: seconds / 3600 }) : say("unit.d", { n: seconds / 86_400 });
}

/** The same as a search of the Events page, with the event open in it. */
export function asSearch(found: Found, by: AroundBy, window: number): string {
  const { event } = found;
  const who = event.userIdentity ?? {};
  const chips: Chip[] = [];
  const add = (field: string, value: string | undefined) => value && chips.push({ field, value, not: false });
  if (by === "address") add("sourceIpAddress", event.sourceIpAddress);
  else if (by === "session") add("userIdentity.accessKeyId", who.accessKeyId);
  else if (by === "actor") add("userIdentity.userName", who.userName || undefined);
  const resources = by === "resource" ? resourcesOf(event).map((one) => ({ field: "resourceName", value: one.name, not: false })) : [];
  if (by === "resource" && resources.length === 0) add("resourceName", event.resourceName);
  const at = Date.parse(event.eventTime);
  const out = new URLSearchParams();
  if (resources.length > 1) out.set("q", compose("", resources));
  for (const chip of resources.length === 1 ? resources : chips) out.append("f", `${chip.field}=${chip.value}`);
  out.set("from", iso(at - window * 1000));
  out.set("to", iso(at + window * 1000 + 1000));
  out.set("open", event.eventId);
  return out.toString();
}

/** The tab after `tab` when surroundings are asked for again: the next axis. */
export function nextAround(tab: string): string {
  if (!tab.startsWith("around")) return "around:actor:900";
  const { by, window } = axisOf(tab);
  return `around:${AXES[(AXES.indexOf(by) + 1) % AXES.length]}:${window}`;
}
