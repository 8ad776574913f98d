// Whatever is pasted lands somewhere sensible.
import { describe, expect, it } from "vitest";
import { landings } from "./landing.ts";

describe("a pasted text", () => {
  it.each([
    ["A198D101-B5A2-46E1-B0EB-3E70F65A4FC7", "/event/A198D101-B5A2-46E1-B0EB-3E70F65A4FC7"],
    [" LTAI5tSampleDeployBot001 ", "/actor/key/LTAI5tSampleDeployBot001"],
    ["203.0.113.66", "/actor/address/203.0.113.66"],
    ["2001:db8:51::15", "/actor/address/2001%3Adb8%3A51%3A%3A15"],
    ["i-bp1sampleprodweb001", "/resource/i-bp1sampleprodweb001"],
    ["acs:ram::123:user/alice", "/actor/user/alice"],
    ["acs:ecs:cn-hangzhou:123:instance/i-1", "/resource/i-1"],
    ["alice", "/actor/user/alice"],
    ["monitoring:probe", "/actor/role/monitoring%3Aprobe"],
    ["two words & more", "/events?q=two%20words%20%26%20more"],
  ])("%s", (text, path) => expect(landings(text)[0]?.path).toBe(path));

  it("of nothing lands nowhere", () => expect(landings("  ")).toEqual([]));
});
