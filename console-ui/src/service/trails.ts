// Trails, as far as the service offers them.
import { ask, Failure } from "./client.ts";

export interface Trail {
  name: string;
  on: boolean;
  lag: number;
  lastError: string;
  [name: string]: unknown;
}

export const trails = {
  /** All trails; null if this service offers none. */
  list: async (signal?: AbortSignal): Promise<Trail[] | null> => {
    try {
      const answer = await ask<{ trails: Record<string, unknown>[] }>("GET", "/v1/trails", undefined, signal);
      return answer.trails.map(asTrail);
    } catch (error) {
      if (error instanceof Failure && error.status === 404) return null;
      throw error;
    }
  },
};

export function asTrail(given: Record<string, unknown>): Trail {
  return { ...given, name: String(given.name ?? ""), on: Boolean(given.logging ?? given.on ?? given.enabled), lag: Number(given.lag ?? 0), lastError: String(given.lastError ?? "") };
}
