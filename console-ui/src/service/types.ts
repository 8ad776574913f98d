// What the service answers, as far as the console reads it.

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

/** An event with its place in the ledger. */
export interface Found {
  index: number;
  seq: number;
  received: string;
  channel: string;
  event: AuditEvent;
}

/** How far an answer could see. */
export interface Seen {
  size: number;
  ledgerSize: number;
  lag: number;
  checkpoint: string;
  first?: number;
  since?: string;
}

export interface Page {
  events: Found[];
  nextToken: string;
  seen: Seen;
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface Facets {
  facets: Record<string, FacetValue[]>;
  seen: Seen;
}

export interface Bucket {
  start: string;
  count: number;
}

export interface Histogram {
  stepSeconds: number;
  total: number;
  buckets: Bucket[];
  seen: Seen;
}

export type Cell = string | number | boolean | null | Cell[];

export interface Rows {
  columns: string[];
  rows: Cell[][];
  seen: Seen;
}

export interface Question {
  query?: string;
  start?: string;
  end?: string;
}

export interface Session {
  account: string;
  user: string;
  csrfToken: string;
  [name: string]: unknown;
}

export interface Consistency {
  old: number;
  new: number;
  hashes: string[];
  checkpoint?: string;
}
