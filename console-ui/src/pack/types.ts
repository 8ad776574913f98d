// What an evidence pack holds, as its parts and its viewer know it. Pure.
import type { AuditEvent } from "../service/types.ts";

export const FORMAT = "actiontrail evidence pack v1";

/** What somebody wrote about what they pinned. */
export interface CaseFile {
  title: string;
  summary: string;
  /** By the event's id; of events that are not pinned any more, too. */
  notes: Readonly<Record<string, string>>;
}

/** One event with its evidence, fetched and verified. */
export interface Ready {
  id: string;
  index: number;
  received: string;
  event: AuditEvent;
  /** The event as the service wrote it, to the letter. */
  line: string;
  evidence: Uint8Array;
}

/** Why a pinned event is not in the pack. */
export type Reason = "gone" | "unproved" | "false" | "other";

export interface Left {
  id: string;
  reason: Reason;
  /** What the check said, where one failed. */
  problem: string;
}

/** What the page knows of a log: the key that it was shown, and the hand-overs between keys. */
export interface Shown {
  vkey: string;
  handovers: readonly string[];
}

export interface Making {
  /** ISO 8601, UTC. */
  made: string;
  account: string;
  by: string;
  casefile: CaseFile;
  log: Shown;
  ready: readonly Ready[];
  left: readonly Left[];
}

export interface PackedEvent {
  id: string;
  note: string;
  /** The evidence's name in the pack. */
  file: string;
  /** As the service read it. What is proved is what the evidence holds. */
  event: AuditEvent;
  evidence: string;
}

/** What the viewer is given. */
export interface PackData {
  format: string;
  made: string;
  account: string;
  by: string;
  title: string;
  summary: string;
  log: Shown;
  events: PackedEvent[];
  left: (Left & { note: string })[];
}
