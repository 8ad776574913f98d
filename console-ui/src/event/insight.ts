// What an insight event says: what was unusual, against which baseline, for how long. Pure.
//
// The shape is that of ActionTrail's documents and of CloudTrail, which it follows: `insightDetails` with a state, a type, an
// object or an operation, and in `insightContext` the statistics (averages a minute, durations in minutes) and attributions.
import type { Chip } from "../query/language.ts";
import { compose, quoted } from "../query/language.ts";
import type { AuditEvent, Found } from "../service/types.ts";
import { at } from "./facts.ts";

export interface Share {
  value: string;
  average: number | null;
}

export interface Attribution {
  name: string;
  unusual: Share[];
  usual: Share[];
}

export interface Insight {
  type: string;
  /** What it is about: an address, a key, a service, an operation or an error code; empty if it does not say. */
  object: string;
  state: string;
  /** Averages a minute; null where the event names none. */
  unusual: number | null;
  usual: number | null;
  /** Minutes. */
  lasted: number | null;
  compared: number | null;
  events: number | null;
  attributions: Attribution[];
  /** The events it is about, in the search language, and the field that the object stands in if it is one. */
  query: string;
  chip: Chip | null;
}

/** The two ends of one insight, or the one that is in the record. Milliseconds. */
export interface Episode {
  insight: Insight;
  began: Found | null;
  ended: Found | null;
  from: number;
  to: number | null;
}

const FIELD: Record<string, string> = { IpInsight: "sourceIpAddress", AkInsight: "userIdentity.accessKeyId" };
const NOT_INSIGHTS = "not eventCategory: Insight and not eventType: ActionTrailInsight";
const MINUTE_MS = 60_000;

export function insightOf(event: AuditEvent): Insight {
  const details = event.insightDetails ?? {};
  const text = (...paths: string[]) => paths.map((path) => at(details, path)).find((one) => typeof one === "string" && one !== "") as string | undefined;
  const statistics = at(details, "insightContext.statistics");
  const number = (path: string) => averageOf(at(statistics, path));
  const type = text("insightType") ?? String(event.insightType ?? event.eventName);
  const object = text("insightObject", "sourceIpAddress", "errorCode", "eventName", "serviceName", "eventSource") ?? "";
  const field = FIELD[type] ?? (object && object === text("eventName") ? "eventName" : "");
  const chip = field && object ? { field, value: object, not: false } : null;
  return {
    type,
    object,
    state: text("state") ?? "",
    unusual: number("insight"),
    usual: number("baseline"),
    lasted: number("insightDuration"),
    compared: number("baselineDuration"),
    events: number("insightCount"),
    attributions: attributionsOf(at(details, "insightContext.attributions")),
    query: chip ? compose(NOT_INSIGHTS, [chip]) : about(object, /Error/.test(type)),
    chip,
  };
}

/** An object without a field of its own is a service, an operation or an error code: whichever it is, its events are meant. */
function about(object: string, failed: boolean): string {
  const terms = object ? [`(serviceName: ${quoted(object)} or eventName: ${quoted(object)} or errorCode: ${quoted(object)})`] : [];
  return [NOT_INSIGHTS, ...terms, ...(failed ? ["errorCode: *"] : [])].join(" and ");
}

function averageOf(value: unknown): number | null {
  const said = typeof value === "object" && value !== null ? (value as { average?: unknown }).average : value;
  const number = typeof said === "number" ? said : typeof said === "string" && said.trim() !== "" ? Number(said) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function attributionsOf(value: unknown): Attribution[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const said = one as Record<string, unknown>;
    const name = String(said.attribute ?? said.attribution ?? "");
    return name ? [{ name, unusual: shares(said.insight), usual: shares(said.baseline) }] : [];
  });
}

function shares(value: unknown): Share[] {
  if (!Array.isArray(value)) return [];
  return value.map((one: unknown) => ({ value: String(at(one, "value") ?? ""), average: averageOf(one) }));
}

/** Insight events, the newest first, as episodes: a start and an end that share an id are one. */
export function episodes(events: readonly Found[]): Episode[] {
  const found = new Map<string, Episode>();
  for (const one of events) {
    const insight = insightOf(one.event);
    const shared = String(one.event.sharedEventId ?? one.event.sharedEventID ?? "");
    const key = shared ? `${insight.type} ${shared}` : `alone ${one.index}`;
    const episode = found.get(key) ?? { insight, began: null, ended: null, from: 0, to: null };
    const ended = /^end/i.test(insight.state);
    if (ended) episode.ended ??= one;
    else episode.began = one;
    if (ended) episode.insight = insight;
    found.set(key, episode);
  }
  return [...found.values()].map(placed);
}

/** An end alone still says how long it lasted, and so when it began. */
function placed(episode: Episode): Episode {
  const time = (one: Found | null) => (one ? Date.parse(one.event.eventTime) : null);
  const lasted = (episode.insight.lasted ?? 0) * MINUTE_MS;
  const began = time(episode.began);
  const ended = time(episode.ended) ?? (began !== null && lasted > 0 && episode.insight.state === "" ? began + lasted : null);
  return { ...episode, from: began ?? (ended ?? 0) - lasted, to: ended };
}
