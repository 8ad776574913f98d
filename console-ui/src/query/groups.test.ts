// Groups: the questions that count them, what comes back, and the search that finds one again.
import { describe, expect, it } from "vitest";
import { BYS, chipsFor, groupsSql, insideSql, narrowed, pathOf, readGroups } from "./groups.ts";
import { compose } from "./language.ts";

const group = (kind: string, value: string, length = value.length) => ({ id: "0A", kind, value, length, events: 1, first: 0, last: 0, failed: 0, names: 1 });

describe("the questions", () => {
  it.each(BYS)("hold nothing of a value, whatever %s is grouped by", (by) =>
    expect(insideSql(by, "0A1B'; select '--", "oldest")).toMatch(/where .* = '0A1B' order by at asc, place asc limit 20$/));

  it("count each group once, and all of them beside", () => {
    const sql = groupsSql("address", "first");
    expect(sql).toContain("count(*) over () as groups");
    expect(sql).toMatch(/group by kind, v order by earliest, events desc, v limit 200$/);
  });
});

it("an answer is read with its times in milliseconds", () =>
  expect(readGroups({ rows: [["0A", "role", "ops", 3, 12, 100, 200, 1, 2, 300]] })).toEqual({
    shown: [{ id: "0A", kind: "role", value: "ops", length: 3, events: 12, first: 100_000, last: 200_000, failed: 1, names: 2 }], all: 300 }));

it("no group is an answer, too", () => expect(readGroups({ rows: [] })).toEqual({ shown: [], all: 0 }));

describe("a group as a search", () => {
  it.each([
    ["session", "", "LTAI", 'userIdentity.accessKeyId: "LTAI"'],
    ["resource", "", 'a" or *', 'resourceName: "a\\" or *"'],
    ["address", "", "", "not sourceIpAddress: *"],
    ["actor", "role", "ops", 'userIdentity.userName: "ops"'],
    ["actor", "principal", "2001", 'userIdentity.principalId: "2001"'],
    ["actor", "", "", "not userIdentity.userName: * and not userIdentity.principalId: * and not userIdentity.accessKeyId: * and not sourceIpAddress: *"],
  ] as const)("%s %s %j", (by, kind, value, query) => expect(compose("", chipsFor(by, group(kind, value)))).toBe(query));

  it("of a value too long for an address asks for how it begins", () => expect(chipsFor("event", group("", "x".repeat(400), 9000))[0]?.value).toBe(`${"x".repeat(200)}*`));

  it("takes the place of what would widen it", () =>
    expect(narrowed([{ field: "a", value: "1", not: false }, { field: "a", value: "2", not: true }, { field: "b", value: "", not: false }], [{ field: "a", value: "3", not: false }])).toEqual([
      { field: "a", value: "2", not: true }, { field: "b", value: "", not: false }, { field: "a", value: "3", not: false }]));
});

it("leads to the page of what it is about, where there is one", () =>
  expect([pathOf("actor", group("role", "a/b")), pathOf("resource", group("", "i-1")), pathOf("event", group("", "X")), pathOf("address", group("", "")), pathOf("actor", group("principal", "1"))]).toEqual([
    "/actor/role/a%2Fb", "/resource/i-1", "", "", ""]));
