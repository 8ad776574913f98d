// What a call changed, parameter by parameter, beside what was there before. Pure.
//
// Few sources tell both values. Where an event does, the change is *observed*. Everywhere else it is
// *inferred*: the value before is the one that the last earlier call on the same resource set.
import type { AuditEvent, Found } from "../service/types.ts";
import { pairs } from "./difference.ts";
import { at, leaves, resourcesOf } from "./facts.ts";

export type Certainty = "observed" | "inferred" | "unknown before" | "first";

export interface Change {
  path: string;
  before: string | null;
  after: string | null;
  certainty: Certainty;
  /** The event that set the value before, if it is inferred. */
  by?: string;
}

const PAIRS: [string, string][] = [
  ["oldValue", "newValue"],
  ["OldValue", "NewValue"],
  ["before", "after"],
  ["Before", "After"],
  ["old", "new"],
  ["previous", "current"],
];

// Names that address the call rather than describe the resource.
const ADDRESSING = /^(RegionId|Action|Version|Format|ClientToken|AcsProduct|AcceptLanguage|RequestId|SignatureNonce|Timestamp|HostId|DryRun|OwnerId|OwnerAccount|ResourceOwnerId|ResourceOwnerAccount|SecurityToken|stsTokenPrincipalName|stsTokenPlayerUid|requestClientIpAddress|regionId)$/;

/** Both values where the event itself carries them. */
export function observed(event: AuditEvent): Change[] {
  const found: Change[] = [];
  const look = (document: unknown, path: string): void => {
    if (typeof document !== "object" || document === null) return;
    for (const [old, fresh] of PAIRS) {
      const inside = document as Record<string, unknown>;
      if (Object.hasOwn(inside, old) && Object.hasOwn(inside, fresh)) {
        found.push(...compare(inside[old], inside[fresh], path));
        return;
      }
    }
    for (const [name, value] of Object.entries(document)) look(value, path ? `${path}.${name}` : name);
  };
  look(event.requestParameters, "");
  look(event.responseElements, "");
  look(event.additionalEventData, "");
  return found;
}

function compare(before: unknown, after: unknown, path: string): Change[] {
  return pairs(before, after, path || "value")
    .filter((one) => !one.same)
    .map((one) => ({ path: one.path, before: one.left?.text ?? null, after: one.right?.text ?? null, certainty: "observed" as const }));
}

/** What `event` changed. `earlier` are older events on the same resource, the newest first. */
export function changes(event: AuditEvent, earlier: readonly Found[]): Change[] {
  const seen = observed(event);
  if (seen.length > 0) return seen;
  if (event.eventRW === "Read" || event.errorCode) return [];
  const names = new Set(resourcesOf(event).map((one) => one.name));
  return leaves(event.requestParameters)
    .filter(([path, value]) => !ADDRESSING.test(path.split(".")[0] ?? "") && !names.has(value))
    .map(([path, after]) => inferred(path, after, earlier));
}

function inferred(path: string, after: string, earlier: readonly Found[]): Change {
  for (const { event } of earlier) {
    if (event.errorCode || event.eventRW === "Read") continue;
    const before = at(event.requestParameters, path);
    if (before !== undefined && typeof before !== "object")
      return { path, before: String(before), after, certainty: "inferred", by: event.eventId };
  }
  return { path, before: null, after, certainty: "unknown before" };
}
