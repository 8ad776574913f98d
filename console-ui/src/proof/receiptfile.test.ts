// A receipt against a log that kept its word, and against logs that did not.
import { beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "./bytes.ts";
import { Grove } from "./forest.ts";
import { equal, isReceipt, stretches, verifyReceipt, type Ask } from "./receiptfile.ts";
import { eventsOf } from "./text.ts";

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
  ask = { run: (index, count, size) => grove.run(index, count, size), consistency: (old) => grove.consistency(old) };
});

const sent = () => utf8(EVENTS.map((one) => JSON.stringify(one)).join("\n"));
const check = (change: Record<string, unknown> = {}, body?: Uint8Array, vkey = grove.vkey) => verifyReceipt(utf8(JSON.stringify({ ...receipt, ...change })), { vkey, handovers: [] }, ask, { sent: body });
const failing = async (...given: Parameters<typeof check>) => (await check(...given)).steps.filter((step) => !step.holds).map((step) => step.name);

describe("a receipt", () => {
  it("is told from the evidence of two checkpoints", () => {
    expect([isReceipt(utf8(JSON.stringify(receipt))), isReceipt(utf8('{"kind":"actiontrail consistency v1"}')), isReceipt(utf8("c2sp.org"))]).toEqual([true, false, false]);
  });

  it("holds, record by record at the promised places", async () => {
    const verdict = await check();
    expect([verdict.holds, verdict.receipt, verdict.steps.map((step) => step.name)]).toEqual([true, { events: 3, looked: 3, compared: false }, ["read", "signature", "places", "since", "entries"]]);
  });

  it("holds event by event beside the file that was sent, but for what was masked", async () => {
    const verdict = await check({}, sent());
    expect([verdict.holds, verdict.receipt, verdict.steps.map((step) => step.name)]).toEqual([true, { events: 3, looked: 3, compared: true }, ["read", "signature", "places", "since", "entries", "compare"]]);
  });

  it("holds with the ids that it tells itself", async () => {
    const results = EVENTS.map((one, at) => ({ item: at + 1, status: "accepted", eventId: one.eventId, index: 4 + at }));
    expect((await check({ results })).holds).toBe(true);
  });

  it("tells how far it is, and ends when it is cancelled", async () => {
    const told: number[][] = [];
    const control = new AbortController();
    const work = verifyReceipt(utf8(JSON.stringify(receipt)), { vkey: grove.vkey, handovers: [] }, ask, { progress: (...now) => { told.push(now); control.abort(); }, signal: control.signal });
    await expect(work).rejects.toThrow(/abort/i);
    expect(told).toEqual([[0, 3]]);
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ["no places", () => ({ places: "all" }), "read"],
    ["a count that is none", () => ({ places: [{ item: 1, index: 4, count: -3 }] }), "read"],
    ["an altered checkpoint", () => ({ checkpoint: String(receipt.checkpoint).replace("\n7\n", "\n9\n") }), "signature"],
    ["a place beyond the signed log", () => ({ places: [{ item: 1, index: 5, count: 3 }] }), "places"],
    ["fewer places than were acknowledged", () => ({ places: [{ item: 1, index: 4, count: 2 }] }), "places"],
    ["two places for one event", () => ({ results: [{ item: 1, status: "accepted", eventId: "E0", index: 6 }] }), "places"],
    ["a field that no receipt has", () => ({ extra: 1 }), "read"],
    ["a result that is none", () => ({ results: [{ item: 0 }] }), "read"],
    ["two runs for one event", () => ({ places: [{ item: 1, index: 4, count: 2 }, { item: 2, index: 6, count: 1 }] }), "places"],
    ["an event that is called refused and has a place", () => ({ results: [{ item: 1, status: "refused" }] }), "places"],
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
    expect(await failing({}, utf8(other))).toEqual(["compare"]);
  });

  it("finds that it answers another file", async () => {
    expect(await failing({}, utf8("{}"))).toEqual(["compare"]);
  });

  it.each<[string, (run: Awaited<ReturnType<Ask["run"]>>) => void]>([
    ["with another record", (run) => { run.records[1] = run.records[0] as string; }],
    ["with a hash that was changed", (run) => { run.hashes[0] = run.hashes[1] as string; }],
    ["with a hash too many", (run) => { run.hashes.push(run.hashes[0] as string); }],
    ["with a hash too few", (run) => { run.hashes.pop(); }],
    ["with no record", (run) => { run.records = []; }],
    ["with more records than were asked for", (run) => { run.records.push(run.records[0] as string); }],
    ["of another place", (run) => { run.index += 1; }],
  ])("finds evidence %s", async (_, change) => {
    const good = ask.run;
    ask.run = async (...wanted) => { const run = await good(...wanted); change(run); return run; };
    expect(await failing({}, sent())).toEqual(["entries"]);
  });

  it("is checked in slices, whatever the slices are that the service gives", async () => {
    const good = ask.run;
    ask.run = (index, _, size) => good(index, 1, size);
    expect((await check({}, sent())).receipt).toEqual({ events: 3, looked: 3, compared: true });
  });
});

it("asks for each place once, in order", () => {
  expect([...stretches([{ index: 10, count: 5 }, { index: 0, count: 3 }, { index: 12, count: 1 }, { index: 2, count: 2 }], 2)]).toEqual([[0, 2], [2, 3], [3, 4], [10, 12], [12, 14], [14, 15]]);
});

it("reads a body as a list, as one, as an envelope, and by lines", () => {
  const events = (text: string) => eventsOf(utf8(text)).map((one) => one.event);
  expect(["[1,2]", '{"a":1}', '{"Records":[1]}', "1\n\nx\n2"].map(events)).toEqual([[1, 2], [{ a: 1 }], [1], [1, undefined, 2]]);
});

it("lets a mask stand for a text where something was masked, and nowhere else", () => {
  expect([equal({ a: "x" }, { a: "***" }, true), equal({ a: "x" }, { a: "***" }, false), equal({ a: [1] }, { a: { 0: 1 } }, true), equal({ a: 1 }, { a: 1, b: 2 }, true)]).toEqual([true, false, false, false]);
});
