// The live tail's stream, however it is cut.
import { expect, it } from "vitest";
import { parseStream } from "./tail.ts";

it("tells what is whole, and keeps the rest", () => {
  const stream = ': from 3\n\nid: 3\nevent: event\ndata: {"index":3,"event":{"eventId":"a"}}\n\nid: 4\nevent: event\nda';
  expect(parseStream(stream)).toEqual({ told: [{ index: 3, event: { eventId: "a" } }], rest: "id: 4\nevent: event\nda" });
});
