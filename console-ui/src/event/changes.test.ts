// What a call changed, and how that is known.
import { describe, expect, it } from "vitest";
import type { AuditEvent, Found } from "../service/types.ts";
import { changes } from "./changes.ts";

const event = (id: string, requestParameters: Record<string, unknown>, more: Partial<AuditEvent> = {}): AuditEvent => ({
  eventId: id, eventName: "ModifyInstanceSpec", eventTime: "2026-01-01T00:00:00Z", eventRW: "Write", resourceName: "i-1", resourceType: "ACS::ECS::Instance", requestParameters, ...more,
});
const found = (one: AuditEvent): Found => ({ index: 0, seq: 0, received: "", channel: "sdk", event: one });

describe("changes", () => {
  it("are inferred from the last earlier call that set the parameter", () => {
    const earlier = [found(event("2", { Type: "small" })), found(event("1", { Type: "tiny", Name: "web" }))];
    expect(changes(event("3", { InstanceId: "i-1", Type: "large", Name: "db", RegionId: "cn" }), earlier)).toEqual([
      { path: "Type", before: "small", after: "large", certainty: "inferred", by: "2" },
      { path: "Name", before: "web", after: "db", certainty: "inferred", by: "1" },
    ]);
  });

  it("are observed where the event carries both values", () => {
    const both = event("1", { change: { oldValue: { size: 1 }, newValue: { size: 2 } } });
    expect(changes(both, [])).toEqual([{ path: "change.size", before: "1", after: "2", certainty: "observed" }]);
  });

  it("are unknown before where nothing earlier says", () => {
    expect(changes(event("1", { Type: "large" }), [])).toEqual([{ path: "Type", before: null, after: "large", certainty: "unknown before" }]);
  });

  it("are none of a call that failed, and a failed call sets nothing", () => {
    expect(changes(event("1", { Type: "large" }, { errorCode: "NoPermission" }), [])).toEqual([]);
    const failed = found(event("2", { Type: "huge" }, { errorCode: "NoPermission" }));
    expect(changes(event("3", { Type: "large" }), [failed])[0]?.certainty).toBe("unknown before");
  });
});
