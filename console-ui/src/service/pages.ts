// The pages' own questions (`/v1/figures`, `/v1/actors/…`, and so on). What they are answered with is
// generated from the interface's own document (`npm run api`): a change there fails the types here.
import { ask } from "./client.ts";
import type { components } from "./openapi.d.ts";
import type { Found } from "./types.ts";

type Answers = components["schemas"];
export type Who = Answers["Who"];
/** One event, short. */
export type Line = Answers["Line"];
export type Count = Answers["Count"];
export type Touched = Answers["Touched"];
export type Tally = Answers["Tally"];
export type Active = Answers["Active"];
/** What of the overview is counted soonest. */
export type Figures = Answers["Figures"];
/** All of the overview but its figures. */
export type Highlights = Answers["Highlights"];
export type ActorPage = Answers["Actor"];
export type KeyPage = Answers["Activity"];
export type LifeStep = Answers["Step"];
export type ResourcePage = Answers["Lived"];
export type Around = Answers["Surroundings"];
export type AroundBy = NonNullable<Answers["AroundAsk"]["by"]>;
export type Match = Answers["Match"];
/** What is known of an address. */
export type Spot = Answers["Spot"];
export type Reason = Answers["Reason"];

export type Span = { start?: string; end?: string };

const with_ = (path: string, values: Record<string, string | number | boolean | undefined>): string => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
};
const inPath = encodeURIComponent;

export const pages = {
  figures: (span: Span, signal?: AbortSignal) => ask<Figures>("GET", with_("/v1/figures", span), undefined, signal),
  highlights: (span: Span, signal?: AbortSignal) => ask<Highlights>("GET", with_("/v1/highlights", span), undefined, signal),
  actor: (kind: string, value: string, span: Span, offsetMinutes: number, signal?: AbortSignal) =>
    ask<ActorPage>("GET", with_(`/v1/actors/${inPath(kind)}/${inPath(value)}`, { ...span, offsetMinutes }), undefined, signal),
  key: (id: string, span: Span, signal?: AbortSignal) => ask<KeyPage>("GET", with_(`/v1/keys/${inPath(id)}/activity`, span), undefined, signal),
  resource: (id: string, reads: boolean, signal?: AbortSignal) => ask<ResourcePage>("GET", with_(`/v1/resources/${inPath(id)}`, { reads }), undefined, signal),
  find: (text: string, signal?: AbortSignal) => ask<Answers["Matches"]>("GET", with_("/v1/find", { text }), undefined, signal),
  places: (addresses: readonly string[], signal?: AbortSignal) => ask<Answers["Spots"]>("POST", "/v1/places", { addresses: addresses.join() }, signal),
  surroundings: (id: string, by: AroundBy, window: number, limit: number, signal?: AbortSignal) =>
    ask<Around>("GET", with_(`/v1/surroundings/${inPath(id)}`, { by, window, limit }), undefined, signal),
  suggest: (field: string, prefix: string, span: Span, limit: number, signal?: AbortSignal) =>
    ask<Answers["Suggestions"]>("GET", with_("/v1/suggest", { field, prefix, limit, ...span }), undefined, signal),
  whyEmpty: (query: string, span: Span, signal?: AbortSignal) => ask<Answers["Why"]>("POST", "/v1/why-empty", { query, ...span }, signal),
};

/** A short event as the list and the sentences want it; what it does not tell is left out. */
export function fromLine(line: Line): Found {
  const referenced: Record<string, string[]> = {};
  for (const { type, id } of line.resources) (referenced[type] ??= []).push(id);
  const role = line.who.kind === "role";
  return {
    index: line.index,
    seq: 0,
    received: "",
    channel: line.channel,
    event: {
      eventId: line.eventId,
      eventName: line.eventName,
      eventTime: line.time,
      serviceName: line.serviceName,
      eventRW: line.rw,
      acsRegion: line.region,
      sourceIpAddress: line.address || undefined,
      userAgent: line.userAgent,
      errorCode: line.errorCode || undefined,
      referencedResources: referenced,
      userIdentity: { type: role ? "assumed-role" : line.who.type, userName: line.who.value, accessKeyId: line.who.accessKeyId, principalId: line.who.principalId },
    },
  };
}
