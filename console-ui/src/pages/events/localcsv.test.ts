// The local time beside the one in UTC.
import { expect, it } from "vitest";
import { withLocalTime } from "./localcsv.ts";

it("is a first column, and everything else stays as it was", () => {
  const text = 'eventId,eventTime_UTC,note\n1,2026-01-01T00:00:00Z,"two\nlines, ""quoted"""\n2,,x\n';
  expect(withLocalTime(text, "UTC+08:00", (at) => `local ${at}`)).toBe(
    '"eventTime_local(UTC+08:00)",eventId,eventTime_UTC,note\nlocal 2026-01-01T00:00:00Z,1,2026-01-01T00:00:00Z,"two\nlines, ""quoted"""\n,2,,x\n',
  );
});
