// Trails, as `/v1/trails` tells and changes them. What is asked and answered is generated from the interface's own
// document (`npm run api`): a change there fails the types here.
import { ask, Failure } from "./client.ts";
import type { components } from "./openapi.d.ts";

type Shapes = components["schemas"];
export type PlaceShown = Shapes["PlaceShown"];
export type TrailShown = Shapes["TrailShown"];
export type Health = TrailShown["health"];
export type JobShown = Shapes["JobShown"];
export type DestinationAsk = Shapes["DestinationAsk"];
export type DataSelection = Shapes["DataSelection"];
export type ProbeAsk = Shapes["ProbeAsk"];
export type ProbedShown = Shapes["ProbedShown"];
export type CheckShown = Shapes["CheckShown"];
export type SelectionAsk = Shapes["SelectionAsk"];
export type Selection = Shapes["Selection"];
export type Group = Shapes["Group"];
export type Volume = Shapes["VolumeAnswer"];
export type Verification = Shapes["VerificationAnswer"];
export type FindingShown = Shapes["FindingShown"];
export type DataService = Shapes["DataServiceShown"];
export type TrailAsk = Shapes["TrailAsk"];
export type TrailChange = Shapes["TrailChange"];

const one = (name: string): string => `/v1/trails/${encodeURIComponent(name)}`;

export const trails = {
  /** All trails; null if this service offers none. */
  list: async (signal?: AbortSignal): Promise<TrailShown[] | null> => {
    try {
      return (await ask<Shapes["TrailsAnswer"]>("GET", "/v1/trails", undefined, signal)).trails;
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return null;
      throw error;
    }
  },
  get: async (name: string, signal?: AbortSignal) => (await ask<Shapes["TrailAnswer"]>("GET", one(name), undefined, signal)).trail,
  create: (said: TrailAsk) => ask<Shapes["TrailAnswer"]>("POST", "/v1/trails", said),
  change: (name: string, said: TrailChange) => ask<Shapes["TrailAnswer"]>("PATCH", one(name), said),
  remove: (name: string) => ask("DELETE", one(name)),
  start: (name: string) => ask("POST", `${one(name)}/start`),
  stop: (name: string) => ask("POST", `${one(name)}/stop`),
  putDataEvents: (name: string, said: Shapes["DataEventsAsk"]) => ask("PUT", `${one(name)}/data-events`, said),
  deleteDataEvents: (name: string) => ask("DELETE", `${one(name)}/data-events`),
  putInsights: (name: string, insightTypes: string[]) => ask("PUT", `${one(name)}/insights`, { insightTypes }),
  backfill: (name: string, said: Shapes["BackfillAsk"]) => ask("POST", `${one(name)}/backfills`, said),
  jobs: (name: string, signal?: AbortSignal) => ask<Shapes["JobsAnswer"]>("GET", `${one(name)}/backfills`, undefined, signal),
  cancel: (name: string, job: number) => ask("DELETE", `${one(name)}/backfills/${job}`),
  volume: (name: string, said: { start: string; end: string; period: number }, signal?: AbortSignal) =>
    ask<Volume>("GET", `${one(name)}/volume?${new URLSearchParams({ ...said, period: String(said.period) }).toString()}`, undefined, signal),
  verify: (name: string, said: Shapes["VerificationAsk"], signal?: AbortSignal) => patiently(() => ask<Verification>("POST", `${one(name)}/verification`, said, signal), signal),
  probe: (said: ProbeAsk, signal?: AbortSignal) => patiently(() => ask<Shapes["ProbeAnswer"]>("POST", "/v1/trail-tests/destination", said, signal), signal),
  preview: (said: SelectionAsk, signal?: AbortSignal) => ask<Selection>("POST", "/v1/trail-tests/selection", said, signal),
  dataServices: (signal?: AbortSignal) => ask<Shapes["DataServicesAnswer"]>("GET", "/v1/data-event-services", undefined, signal),
};

const TURNS = 8;
const TURN_MS = 600;

/** The answer; where the service asks to come back later, that is done. */
async function patiently<T>(question: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof Failure) || error.status !== 429 || turn >= TURNS || signal?.aborted) throw error;
      await new Promise((go) => setTimeout(go, TURN_MS));
    }
  }
}

/** Whether it delivers now. */
export const isOn = (trail: TrailShown): boolean => trail.status === "Enable";
export const troubleOf = (trail: TrailShown): string => trail.destinations.map((place) => place.error).find(Boolean) ?? "";
