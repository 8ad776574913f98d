// A receipt against a log that kept its word, and against logs that did not.
import { beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { Grove } from "./forest.ts";
import { equal, eventsOf, isReceipt, verifyReceipt, type Ask } from "./receiptfile.ts";

const EVENTS = [0, 1, 2].map((at) => ({ eventId: `E${at}`, eventName: "RunInstances", requestParameters: { at, password: "secret" } }));
const MASKED = EVENTS.map((one) => ({ ...one, requestParameters: { ...one.requestParameters, password: "***" } }));
let grove: Grove;
let receipt: Record<string, unknown>;
let ask: Ask;

beforeEach(async () => {
  grove = await Grove.plant("log.example/one");
  for (let at = 0; at < 4; at++) await grove.add({ eventId: `before-${at}` });
  for (const one of MASKED) await grove.add(one, ["requestParameters.password"]);
  receipt = { RequestId: "R", accepted: 3, repeated: 0, refused: 0, places: [{ item: 1, index: 4, count: 3 }], checkpoint: await grove.checkpoint(), results: [] };
  for (let at = 0; at < 5; at++) await grove.add({ eventId: `after-${at}` });
  ask = { evidence: (id) => grove.evidence(4 + Number(id.slice(1))), consistency: (old) => grove.consistency(old) };
});

const sent = () => utf8(EVENTS.map((one) => JSON.stringify(one)).join("\n"));
const check = (change: Record<string, unknown> = {}, body?: Uint8Array, vkey = grove.vkey) => verifyReceipt(utf8(JSON.stringify({ ...receipt, ...change })), { vkey, handovers: [] }, ask, body);
const failing = async (...given: Parameters<typeof check>) => (await check(...given)).steps.filter((step) => !step.holds).map((step) => step.name);

describe("a receipt", () => {
  it("is told from the evidence of two checkpoints", () => {
    expect([isReceipt(utf8(JSON.stringify(receipt))), isReceipt(utf8('{"kind":"actiontrail consistency v1"}')), isReceipt(utf8("c2sp.org"))]).toEqual([true, false, false]);
  });

  it("holds, and says that it looked at no event as long as none is known", async () => {
    const verdict = await check();
    expect([verdict.holds, verdict.receipt]).toEqual([true, { events: 3, looked: 0, compared: false }]);
  });

  it("holds event by event beside the file that was sent, but for what was masked", async () => {
    const verdict = await check({}, sent());
    expect([verdict.holds, verdict.receipt, verdict.steps.map((step) => step.name)]).toEqual([true, { events: 3, looked: 3, compared: true }, ["read", "signature", "places", "since", "entries"]]);
  });

  it("holds by the ids that it tells itself", async () => {
    const results = EVENTS.map((one, at) => ({ item: at + 1, status: "accepted", eventId: one.eventId, index: 4 + at }));
    expect((await check({ results })).receipt).toEqual({ events: 3, looked: 3, compared: false });
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ["no places", () => ({ places: "all" }), "read"],
    ["a count that is none", () => ({ places: [{ item: 1, index: 4, count: -3 }] }), "read"],
    ["an altered checkpoint", () => ({ checkpoint: String(receipt.checkpoint).replace("\n7\n", "\n9\n") }), "signature"],
    ["a place beyond the signed log", () => ({ places: [{ item: 1, index: 5, count: 3 }] }), "places"],
    ["fewer places than were acknowledged", () => ({ places: [{ item: 1, index: 4, count: 2 }] }), "places"],
    ["two places for one event", () => ({ results: [{ item: 1, status: "accepted", eventId: "E0", index: 6 }] }), "entries"],
    ["another place than the event has", () => ({ places: [{ item: 1, index: 3, count: 3 }], results: [{ item: 1, status: "accepted", eventId: "E0", index: 3 }] }), "entries"],
  ])("is refused for %s", async (_, change, step) => {
    expect(await failing(change())).toEqual([step]);
  });

  it("is refused for a key that did not sign it", async () => {
    expect(await failing({}, undefined, (await Grove.plant("log.example/one")).vkey)).toEqual(["signature"]);
  });

  it("finds a log that was cut and grew again", async () => {
    await grove.add({});
    grove.leaves.splice(6, 1);
    expect(await failing()).toEqual(["since"]);
  });

  it("finds an event that was recorded otherwise than it was sent", async () => {
    const other = EVENTS.map((one) => JSON.stringify({ ...one, eventName: "DeleteInstances" })).join("\n");
    expect(await failing({}, utf8(other))).toEqual(["entries"]);
  });

  it("finds that it answers another file", async () => {
    expect(await failing({}, utf8("{}"))).toEqual(["entries"]);
  });

  it("finds evidence that is altered on its way", async () => {
    const good = ask.evidence;
    ask.evidence = async (id) => utf8(new TextDecoder().decode(await good(id)).replace(/\nindex \d+/, "\nindex 0"));
    expect(await failing({}, sent())).toEqual(["entries"]);
  });
});

it("reads a body as a list, as one, and by lines", () => {
  expect(["[1,2]", '{"a":1}', "1\n\nx\n2"].map((text) => eventsOf(utf8(text)))).toEqual([[1, 2], [{ a: 1 }], [1, null, 2]]);
});

it("lets a mask stand for a text where something was masked, and nowhere else", () => {
  expect([equal({ a: "x" }, { a: "***" }, true), equal({ a: "x" }, { a: "***" }, false), equal({ a: [1] }, { a: { 0: 1 } }, true), equal({ a: 1 }, { a: 1, b: 2 }, true)]).toEqual([true, false, false, false]);
});
