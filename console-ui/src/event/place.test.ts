import { expect, test } from "vitest";
import type { Spot } from "../service/pages.ts";
import { networkText, placeText } from "./place.ts";

const spot = (more: Partial<Spot>): Spot => ({ address: "81.2.69.160", kind: "public", country: "", city: "", cityZh: "", asn: "", network: "", ...more });

test("a place is told in the language of the reader, as far as it is known", () => {
  const london = spot({ country: "GB", city: "London", cityZh: "伦敦", asn: "AS20712", network: "Example ISP" });
  expect([placeText(london, "en"), placeText(london, "zh"), networkText(london)]).toEqual(["London, United Kingdom", "伦敦，英国", "AS20712 Example ISP"]);
  expect([placeText(spot({}), "en"), networkText(spot({})), placeText(spot({ city: "Paris" }), "zh")]).toEqual(["", "", "Paris"]);
});

test("a code that is none is shown as it is, and breaks nothing", () => {
  expect(placeText(spot({ country: "T1" }), "en")).toBe("T1");
});
