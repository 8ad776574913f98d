// What the form holds, and what is asked of the service from it. Pure.
//
// What the form does not show stays: an edit sends only what was changed, and places that were there keep their sealed
// credentials unless new ones are written.
import type { DataSelection, DestinationAsk, ProbeAsk, SelectionAsk, TrailAsk, TrailChange, TrailShown } from "../../service/trails.ts";

export type Kind = "oss" | "sls" | "maxcompute" | "other";
export const KINDS: readonly Kind[] = ["oss", "sls", "maxcompute", "other"];
export const SSE: Record<string, readonly string[]> = { s3: ["AES256", "KMS"] };
export const LAYOUTS = ["actiontrail", "ocsf-ndjson", "ocsf-parquet"];

export interface PlaceForm {
  key: number;
  kind: Kind;
  bucket: string;
  prefix: string;
  arn: string;
  address: string;
  options: Record<string, string>;
  credentials: Record<string, string>;
  /** The address under which the trail has it already; empty for a new one. */
  kept: string;
}

export interface SelectorForm {
  key: number;
  serviceName: string;
  readWriteType: "All" | "Read" | "Write";
  events: string;
  notEvents: string;
  arns: string;
  notArns: string;
}

export interface TrailForm {
  name: string;
  places: PlaceForm[];
  eventRW: "All" | "Write" | "Read";
  trailRegion: string;
  organization: boolean;
  start: boolean;
  selectors: SelectorForm[];
  dataRegions: string;
  insights: string[];
}

export const NAME = /^[a-z][a-z0-9_-]{5,35}$/;
let keys = 0;
const next = (): number => (keys += 1);

export const aPlace = (more: Partial<PlaceForm> = {}): PlaceForm => ({ key: next(), kind: "other", bucket: "", prefix: "", arn: "", address: "", options: {}, credentials: {}, kept: "", ...more });
export const aSelector = (more: Partial<SelectorForm> = {}): SelectorForm => ({ key: next(), serviceName: "", readWriteType: "All", events: "", notEvents: "", arns: "", notArns: "", ...more });

export function blank(): TrailForm {
  return { name: "", places: [aPlace({ kind: "oss" })], eventRW: "All", trailRegion: "All", organization: false, start: true, selectors: [], dataRegions: "", insights: [] };
}

/** The form of a trail that is there. */
export function formOf(trail: TrailShown): TrailForm {
  const places: PlaceForm[] = [];
  if (trail.ossBucketName) places.push(aPlace({ kind: "oss", bucket: trail.ossBucketName, prefix: trail.ossKeyPrefix, kept: trail.ossBucketName }));
  if (trail.slsProjectArn) places.push(aPlace({ kind: "sls", arn: trail.slsProjectArn, kept: trail.slsProjectArn }));
  if (trail.maxComputeProjectArn) places.push(aPlace({ kind: "maxcompute", arn: trail.maxComputeProjectArn, kept: trail.maxComputeProjectArn }));
  for (const place of trail.destinations)
    if (place.kind === "other" && !place.leaving) places.push(aPlace({ address: place.address, kept: place.address }));
  return {
    name: trail.name,
    places,
    eventRW: trail.eventRW as TrailForm["eventRW"],
    trailRegion: trail.trailRegion,
    organization: trail.organizationId !== "",
    start: trail.status === "Enable",
    selectors: trail.dataSelectors.map((one) => aSelector({
      serviceName: one.serviceName,
      readWriteType: one.readWriteType ?? "All",
      events: (one.eventName?.equals ?? []).join(", "),
      notEvents: (one.eventName?.notEquals ?? []).join(", "),
      arns: (one.resourceArn?.equals ?? []).join(", "),
      notArns: (one.resourceArn?.notEquals ?? []).join(", "),
    })),
    dataRegions: trail.dataRegions.join(", "),
    insights: [...trail.insightTypes],
  };
}

export const listed = (text: string): string[] => text.split(",").map((one) => one.trim()).filter(Boolean);
const filled = (said: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries(said).filter(([, value]) => value.trim() !== ""));
export const schemeOf = (address: string): string => /^([a-z0-9+]+):\/\//.exec(address.trim())?.[1] ?? "";

/** Whether enough is written to ask the place. */
export function askable(place: PlaceForm): boolean {
  if (place.kind === "oss") return place.bucket.trim().length >= 3;
  if (place.kind === "other") return /^[a-z0-9+]+:\/\/.+/.test(place.address.trim());
  return place.arn.trim() !== "";
}

function destination(place: PlaceForm): DestinationAsk {
  return { address: place.address.trim(), options: filled(place.options), credentials: filled(place.credentials) };
}

/** Where to, as the service takes it. */
export function placesAsked(places: readonly PlaceForm[]): Required<Pick<TrailAsk, "destinations" | "ossBucketName" | "ossKeyPrefix" | "slsProjectArn" | "maxComputeProjectArn">> {
  const of = (kind: Kind) => places.find((one) => one.kind === kind);
  return {
    destinations: places.filter((one) => one.kind === "other" && one.address.trim()).map(destination),
    ossBucketName: of("oss")?.bucket.trim() ?? "",
    ossKeyPrefix: of("oss")?.prefix.trim() ?? "",
    slsProjectArn: of("sls")?.arn.trim() ?? "",
    maxComputeProjectArn: of("maxcompute")?.arn.trim() ?? "",
  };
}

export function probeAsked(place: PlaceForm, name: string, trail: string): ProbeAsk {
  return { ...placesAsked([place]), name, trail };
}

export function selectorsAsked(form: TrailForm): DataSelection[] {
  return form.selectors.filter((one) => one.serviceName.trim()).map((one) => ({
    serviceName: one.serviceName.trim(),
    readWriteType: one.readWriteType,
    eventName: { equals: listed(one.events), notEquals: listed(one.notEvents) },
    resourceArn: { equals: listed(one.arns), notEquals: listed(one.notArns) },
  }));
}

export function selectionAsked(form: TrailForm, range: { start: string; end: string }): SelectionAsk {
  return { eventRW: form.eventRW, trailRegion: form.trailRegion.trim() || "All", dataSelectors: selectorsAsked(form), dataRegions: listed(form.dataRegions), insightTypes: form.insights, ...range };
}

/** A trail that has selectors besides is made at rest, and started when they are there. */
export function createAsked(form: TrailForm): TrailAsk {
  const beside = selectorsAsked(form).length > 0 || form.insights.length > 0;
  return { name: form.name, ...placesAsked(form.places), eventRW: form.eventRW, trailRegion: form.trailRegion.trim() || "All", organization: form.organization, start: form.start && !beside };
}

const same = (one: unknown, two: unknown): boolean => JSON.stringify(one) === JSON.stringify(two);

/** What is different from `before`; nothing of what is not. */
export function changeAsked(form: TrailForm, before: TrailForm): TrailChange {
  const now: TrailChange = { ...placesAsked(form.places), eventRW: form.eventRW, trailRegion: form.trailRegion.trim() || "All" };
  const was: TrailChange = { ...placesAsked(before.places), eventRW: before.eventRW, trailRegion: before.trailRegion };
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => !same(value, was[name as keyof TrailChange]))) as TrailChange;
}

export function beside(form: TrailForm, before: TrailForm | null): { data: boolean; insights: boolean } {
  const was = before ?? blank();
  return {
    data: !same([selectorsAsked(form), listed(form.dataRegions)], [selectorsAsked(was), listed(was.dataRegions)]),
    insights: !same(form.insights, was.insights),
  };
}
