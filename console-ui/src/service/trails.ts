// Trails and their backfills, as `/v1/trails` tells and changes them.
import { ask, Failure } from "./client.ts";

export interface PlaceShown {
  kind: string;
  address: string;
  delivered: string;
  error: string;
  leaving: boolean;
  next: number;
}

export interface TrailShown {
  name: string;
  arn: string;
  homeRegion: string;
  status: string;
  eventRW: string;
  trailRegion: string;
  created: string;
  updated: string;
  started: string;
  stopped: string;
  destinations: PlaceShown[];
}

export interface JobShown {
  id: number;
  state: string;
  progress: number;
  start: string;
  end: string;
  created: string;
  error: string;
}

/** What a form says of a trail. */
export interface TrailForm {
  name: string;
  address: string;
  credentials: Record<string, string>;
  eventRW: "Write" | "Read" | "All";
  trailRegion: string;
}

const one = (name: string): string => `/v1/trails/${encodeURIComponent(name)}`;
const destination = ({ address, credentials }: TrailForm) => ({ address, ...(Object.values(credentials).some(Boolean) ? { credentials } : {}) });

export const trails = {
  /** All trails; null if this service offers none. */
  list: async (signal?: AbortSignal): Promise<TrailShown[] | null> => {
    try {
      return (await ask<{ trails: TrailShown[] }>("GET", "/v1/trails", undefined, signal)).trails;
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return null;
      throw error;
    }
  },
  create: (form: TrailForm) => ask("POST", "/v1/trails", { name: form.name, destinations: [destination(form)], eventRW: form.eventRW, trailRegion: form.trailRegion }),
  change: (form: TrailForm) => ask("PATCH", one(form.name), { eventRW: form.eventRW, trailRegion: form.trailRegion, ...(form.address ? { destinations: [destination(form)] } : {}) }),
  remove: (name: string) => ask("DELETE", one(name)),
  start: (name: string) => ask("POST", `${one(name)}/start`),
  stop: (name: string) => ask("POST", `${one(name)}/stop`),
  backfill: (name: string, start: string, end: string) => ask("POST", `${one(name)}/backfills`, { start, end }),
  jobs: (name: string, signal?: AbortSignal) => ask<{ jobs: JobShown[] }>("GET", `${one(name)}/backfills`, undefined, signal),
};

/** Whether it delivers now. */
export const isOn = (trail: TrailShown): boolean => trail.status === "Enable";
export const troubleOf = (trail: TrailShown): string => trail.destinations.map((place) => place.error).find(Boolean) ?? "";

/** How many records a place is behind a ledger of `size`; null before its first batch. */
export function lagOf(place: PlaceShown, size: number): number | null {
  return place.next < 0 ? null : Math.max(size - place.next, 0);
}
