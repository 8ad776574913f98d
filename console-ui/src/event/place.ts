// Where an address is, in words. Pure.
import type { Spot } from "../service/pages.ts";

/** `London, United Kingdom`; empty where nothing is known. */
export function placeText(spot: Spot, language: string): string {
  const zh = language === "zh";
  const city = (zh && spot.cityZh) || spot.city;
  return [city, countryName(spot.country, language)].filter(Boolean).join(zh ? "，" : ", ");
}

/** `AS20712 Example ISP`. */
export function networkText(spot: Spot): string {
  return [spot.asn, spot.network].filter(Boolean).join(" ");
}

function countryName(code: string, language: string): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames([language === "zh" ? "zh-CN" : "en"], { type: "region" }).of(code) ?? code;
}
