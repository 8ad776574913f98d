// What of a pack is proved, by the same code as in the console. Pure but for WebCrypto.
import { verifyEvidence, type Verdict } from "../proof/evidence.ts";
import type { Trusting } from "../proof/handover.ts";
import { FORMAT, type PackData, type PackedEvent } from "../pack/types.ts";
import { utf8 } from "../proof/bytes.ts";
import type { AuditEvent } from "../service/types.ts";

export interface Judged {
  verdict: Verdict;
  /** What is shown as the event: what the proved record says, wherever it is one of ActionTrail's own. */
  event: AuditEvent;
  /** Whether `event` is read from the proved record. */
  fromRecord: boolean;
  /** The event that the evidence is of, if it is another. */
  other: string;
}

export const good = (one: Judged): boolean => one.verdict.holds && one.other === "";

/** What `packed` shows to one who trusts `trusting`. */
export async function judge(packed: PackedEvent, trusting: Trusting): Promise<Judged> {
  return read(packed, await verifyEvidence(utf8(packed.evidence), trusting));
}

/** `packed` as `verdict` lets it be shown. */
export function read(packed: PackedEvent, verdict: Verdict): Judged {
  const event = verdict.holds ? own(verdict.record?.event) : null;
  if (!event) return { verdict, event: packed.event, fromRecord: false, other: "" };
  return { verdict, event, fromRecord: true, other: event.eventId === packed.id ? "" : event.eventId };
}

/** `event` if it is written as ActionTrail writes events. */
function own(event: unknown): AuditEvent | null {
  if (typeof event !== "object" || event === null) return null;
  const { eventId, eventName, eventTime } = event as Record<string, unknown>;
  return typeof eventId === "string" && typeof eventName === "string" && typeof eventTime === "string" ? (event as AuditEvent) : null;
}

/** The pack that `text` holds; null if it is none that this viewer knows. */
export function packIn(text: string): PackData | null {
  try {
    const data = JSON.parse(text) as Partial<PackData> | null;
    if (data?.format !== FORMAT || !Array.isArray(data.events) || !Array.isArray(data.left)) return null;
    const strings = [data.made, data.account, data.by, data.title, data.summary, data.log?.vkey, ...data.events.flatMap(({ id, note, file, evidence }) => [id, note, file, evidence])];
    if (!strings.every((one) => typeof one === "string") || !data.events.every(({ event }) => own(event)) || !Array.isArray(data.log?.handovers)) return null;
    return data as PackData;
  } catch {
    return null;
  }
}
