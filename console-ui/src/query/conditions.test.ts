// Conditions as the service writes them, and the chips they came from.
import { expect, it } from "vitest";
import { chipsOf, isHideReads } from "./conditions.ts";

const chips = [
  { field: "serviceName", value: "NoSuchService", not: false },
  { field: "resourceType", value: "ACS::ECS::Instance", not: true },
  { field: "eventName", value: "A", not: false },
  { field: "eventName", value: "B", not: false },
];

it.each([
  ["serviceName: nosuchservice", [chips[0]]],
  ['not resourceType: "acs ecs instance"', [chips[1]]],
  ["eventName: a or eventName: b", [chips[2], chips[3]]],
  ["errorCode: *", []],
])("%s", (condition, found) => expect(chipsOf(condition, chips)).toEqual(found));

it("knows the reads that are hidden", () => expect([isHideReads("not eventRW: read"), isHideReads("eventRW: read")]).toEqual([true, false]));
