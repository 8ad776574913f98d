import { describe, expect, it } from "vitest";
import type { TrailShown } from "../../service/trails.ts";
import { aPlace, aSelector, askable, beside, blank, changeAsked, createAsked, formOf, probeAsked } from "./form.ts";
import { cutOf, size, summed } from "./figures.ts";

const TRAIL = {
  name: "audit-1", eventRW: "Write", trailRegion: "cn-hangzhou", organizationId: "", status: "Enable",
  ossBucketName: "audit", ossKeyPrefix: "trails", slsProjectArn: "", maxComputeProjectArn: "",
  dataSelectors: [{ serviceName: "Oss", readWriteType: "Write", eventName: { equals: ["PutObject"], notEquals: [] }, resourceArn: { equals: [], notEquals: ["logs/*"] } }],
  dataRegions: ["cn-hangzhou"], insightTypes: ["AkInsight"],
  destinations: [{ kind: "oss", address: "oss://audit/trails", leaving: false }, { kind: "other", address: "s3://copy", leaving: false }, { kind: "other", address: "s3://old", leaving: true }],
} as unknown as TrailShown;

describe("the form of a trail", () => {
  it("changes nothing where nothing was changed", () => {
    const before = formOf(TRAIL);
    expect([changeAsked(formOf(TRAIL), before), beside(formOf(TRAIL), before)]).toEqual([{}, { data: false, insights: false }]);
  });
  it("sends all further places when one is added, and no credentials of those that are there", () => {
    const before = formOf(TRAIL);
    const form = { ...before, places: [...before.places, aPlace({ address: "s3://new", credentials: { id: "K", secret: "S", token: "" } })] };
    expect(changeAsked(form, before)).toEqual({ destinations: [{ address: "s3://copy", options: {}, credentials: {} }, { address: "s3://new", options: {}, credentials: { id: "K", secret: "S" } }] });
  });
  it("takes a bucket away by naming none", () => {
    const before = formOf(TRAIL);
    expect(changeAsked({ ...before, places: before.places.slice(1) }, before)).toEqual({ ossBucketName: "", ossKeyPrefix: "" });
  });
  it("starts a trail with selectors only once they are there", () => {
    const form = { ...blank(), name: "audit-2", selectors: [aSelector({ serviceName: "Oss", events: "PutObject, GetObject" })] };
    expect([createAsked(form).start, createAsked({ ...form, selectors: [] }).start, beside(form, null)]).toEqual([false, true, { data: true, insights: false }]);
  });
  it("asks a place alone, once enough of it is written", () => {
    expect([askable(aPlace({ address: "s3://" })), askable(aPlace({ address: "s3://b" })), askable(aPlace({ kind: "oss", bucket: "ab" }))]).toEqual([false, true, false]);
    expect(probeAsked(aPlace({ address: " s3://b ", options: { sse: "KMS", layout: "" } }), "audit-1", "")).toMatchObject({ destinations: [{ address: "s3://b", options: { sse: "KMS" } }], ossBucketName: "", name: "audit-1" });
  });
});

describe("figures", () => {
  it("are told short", () => {
    expect([size(999), size(1234), size(123_456_789)]).toEqual(["999 B", "1.2 kB", "123 MB"]);
  });
  it("are cut into whole periods that reach to now", () => {
    const now = Date.parse("2026-03-01T10:07:00Z");
    expect(cutOf("24h", now)).toEqual({ start: "2026-02-28T10:30:00Z", end: "2026-03-01T10:30:00Z", period: 1800 });
  });
  it("are summed over all places", () => {
    expect(summed({ oss: [1, 2], other: [0, 3] }, 2)).toEqual([1, 5]);
  });
});
