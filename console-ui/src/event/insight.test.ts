import { expect, test } from "vitest";
import type { AuditEvent, Found } from "../service/types.ts";
import { episodes, insightOf } from "./insight.ts";

const context = (more: object) => ({ insightContext: { statistics: { insight: 24, baseline: 0.02, insightDuration: 12, baselineDuration: 10080, insightCount: 288, ...more } } });

function found(index: number, event: Partial<AuditEvent>): Found {
  return { index, event: { eventId: `e${index}`, eventName: "ApiCallRateInsight", eventTime: "2026-11-20T10:00:00Z", ...event } } as Found;
}

test("an insight about a key is about the events of that key", () => {
  const insight = insightOf(found(1, { insightDetails: { insightType: "AkInsight", insightObject: "LTAI5t1", state: "Start", ...context({}) } }).event);
  expect(insight).toMatchObject({ type: "AkInsight", object: "LTAI5t1", unusual: 24, usual: 0.02, lasted: 12, compared: 10080, events: 288 });
  expect(insight.query).toContain('userIdentity.accessKeyId: "LTAI5t1"');
});

test("averages may be numbers or objects that hold one, as CloudTrail writes them", () => {
  const insight = insightOf(found(1, { insightDetails: { insightType: "ApiCallRateInsight", eventName: "DeleteInstances", ...context({ insight: { average: 3.5 }, baseline: { average: "0.5" } }) } }).event);
  expect([insight.unusual, insight.usual]).toEqual([3.5, 0.5]);
  expect(insight.query).toContain('eventName: "DeleteInstances"');
});

test("an object that may be a service or an operation is searched as both, and errors only where errors are meant", () => {
  const about = (insightType: string) => insightOf(found(1, { insightDetails: { insightType, insightObject: "Ecs" } }).event).query;
  expect(about("PolicyChangeInsight")).toContain('(serviceName: "Ecs" or eventName: "Ecs" or errorCode: "Ecs")');
  expect(about("ApiErrorRateInsight")).toMatch(/errorCode: \*$/);
});

test("a start and an end that share an id are one episode, with the numbers of its end", () => {
  const [one, ...others] = episodes([
    found(2, { eventTime: "2026-11-20T10:12:00Z", sharedEventId: "s", insightDetails: { insightType: "IpInsight", insightObject: "203.0.113.66", state: "End", ...context({}) } }),
    found(1, { sharedEventId: "s", insightDetails: { insightType: "IpInsight", insightObject: "203.0.113.66", state: "Start" } }),
  ]);
  expect(others).toEqual([]);
  expect([one?.began?.index, one?.ended?.index, one?.insight.events]).toEqual([1, 2, 288]);
  expect([one?.from, one?.to]).toEqual([Date.parse("2026-11-20T10:00:00Z"), Date.parse("2026-11-20T10:12:00Z")]);
});

test("a start without an end is open, an end without a start tells when it began, events without a shared id stay apart", () => {
  const details = { insightType: "IpInsight", insightObject: "203.0.113.66" };
  const all = episodes([
    found(3, { insightDetails: { ...details, state: "Start" } }),
    found(2, { sharedEventId: "t", insightDetails: { ...details, state: "End", ...context({}) } }),
    found(1, { insightDetails: details }),
  ]);
  expect(all.map((one) => one.to)).toEqual([null, Date.parse("2026-11-20T10:00:00Z"), null]);
  expect(all[1]?.from).toBe(Date.parse("2026-11-20T09:48:00Z"));
});

test("nonsense is no insight, and breaks nothing", () => {
  const insight = insightOf(found(1, { insightDetails: { insightType: 7, insightContext: { statistics: "x", attributions: [null, 3, { attribute: "userAgent", insight: "y" }] } } as never }).event);
  expect(insight).toMatchObject({ type: "ApiCallRateInsight", object: "", unusual: null, attributions: [{ name: "userAgent", unusual: [], usual: [] }] });
});
