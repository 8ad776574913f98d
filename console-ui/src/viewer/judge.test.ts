import { describe, expect, test } from "vitest";
import type { Verdict } from "../proof/evidence.ts";
import { FORMAT, type PackedEvent } from "../pack/types.ts";
import { good, judge, packIn, read } from "./judge.ts";

const OWN = { eventId: "E-1", eventName: "DeleteUser", eventTime: "2026-01-01T00:00:00Z" };
const packed: PackedEvent = { id: "E-1", note: "", file: "evidence/01-E-1.tlog-proof", event: { ...OWN, eventName: "ClaimedByThePack" }, evidence: "" };
const verdict = (event: unknown, holds = true): Verdict => ({ holds, steps: [], rungs: [], record: { account: "1", seq: 1, received: "", source: "", format: "", masked: [], event } });

describe("what is shown as the event", () => {
  test("is what the proved record says, whatever the pack claims", () => {
    const found = read(packed, verdict(OWN));
    expect([found.event.eventName, found.fromRecord, found.other, good(found)]).toEqual(["DeleteUser", true, "", true]);
  });

  test("is not proved if the record is of another event", () => {
    const found = read(packed, verdict({ ...OWN, eventId: "E-2" }));
    expect([found.other, good(found)]).toEqual(["E-2", false]);
  });

  test.each([[{ eventID: "E-1", eventName: "x", eventTime: "y" }], [null], ["text"]])("is what the pack tells, and said so, where the record %j is no event of ours", (event) => {
    const found = read(packed, verdict(event));
    expect([found.event.eventName, found.fromRecord, good(found)]).toEqual(["ClaimedByThePack", false, true]);
  });

  test("is what the pack tells, and not proved, where nothing holds", async () => {
    expect(read(packed, verdict(OWN, false)).fromRecord).toBe(false);
    const found = await judge(packed, { vkey: "", handovers: [] });
    expect([good(found), found.verdict.steps.map(({ name }) => name)]).toEqual([false, ["read"]]);
  });
});

describe("the data of a page", () => {
  const data = { format: FORMAT, made: "", account: "", by: "", title: "", summary: "", log: { vkey: "k", handovers: [] }, events: [packed], left: [] };
  test("are read if they are a pack's", () => expect(packIn(JSON.stringify(data))).toEqual(data));
  test.each([
    "", "null", "[]", "{", JSON.stringify({ ...data, format: "of another time" }), JSON.stringify({ ...data, title: 5 }), JSON.stringify({ ...data, log: undefined }),
    JSON.stringify({ ...data, events: [{ ...packed, evidence: null }] }), JSON.stringify({ ...data, events: [{ ...packed, event: null }] }), JSON.stringify({ ...data, events: [null] }),
  ])("are none: %s", (text) => expect(packIn(text)).toBeNull());
});
