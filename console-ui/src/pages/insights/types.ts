// The kinds of insight that ActionTrail knows, as people would say them. Pure.
import type { Say, Word } from "../../shell/words.ts";

const KNOWN = new Set(["IpInsight", "ApiCallRateInsight", "ApiErrorRateInsight", "AkInsight", "PolicyChangeInsight", "PasswordChangeInsight", "TrailConcealmentInsight"]);

/** A kind that is not known is called what the event calls it. */
export function typeName(type: string, say: Say): string {
  return KNOWN.has(type) ? say(`insights.${type}` as Word) : type.slice(0, 80);
}
