// What the service answers, as far as the console reads it: generated from the interface's document, but for events
// themselves, whose fields the document leaves open.
import type { components } from "./openapi.d.ts";

export interface UserIdentity {
  type?: string;
  principalId?: string;
  accountId?: string;
  userName?: string;
  accessKeyId?: string;
  sessionContext?: Record<string, unknown>;
  [name: string]: unknown;
}

/** An event as ActionTrail writes it. Empty fields are left out. */
export interface AuditEvent {
  eventId: string;
  eventName: string;
  eventTime: string;
  eventRW?: string;
  eventType?: string;
  eventSource?: string;
  serviceName?: string;
  acsRegion?: string;
  requestId?: string;
  requestParameters?: Record<string, unknown>;
  responseElements?: Record<string, unknown>;
  referencedResources?: Record<string, string[]>;
  resourceType?: string;
  resourceName?: string;
  sourceIpAddress?: string;
  userAgent?: string;
  userIdentity?: UserIdentity;
  errorCode?: string;
  errorMessage?: string;
  eventAttributes?: Record<string, unknown>;
  additionalEventData?: Record<string, unknown>;
  insightDetails?: Record<string, unknown>;
  [name: string]: unknown;
}

type Answers = components["schemas"];

/** An event with its place in the ledger. */
export type Found = Omit<Answers["EventFound"], "event"> & { event: AuditEvent };
/** How far an answer could see. */
export type Seen = Answers["Seen"];
export type Page = Omit<Answers["PageAnswer"], "events"> & { events: Found[] };
export type FacetValue = Answers["FacetValue"];
export type Facets = Answers["FacetsAnswer"];
export type Histogram = Answers["HistogramAnswer"];
export type Question = Partial<Pick<Answers["PageAsk"], "query" | "start" | "end">>;
export type Consistency = Omit<Answers["ConsistencyAnswer"], "checkpoint"> & { checkpoint?: string };

export type Cell = string | number | boolean | null | Cell[];

export interface Rows {
  columns: string[];
  rows: Cell[][];
  seen: Seen;
}

export type Session = Answers["SessionAnswer"];
