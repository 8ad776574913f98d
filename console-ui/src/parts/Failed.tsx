// A deed that failed: what went wrong, in the reader's language where we have words for it, and by which request it is found in the log.
import { Alert } from "antd";
import type { ReactNode } from "react";
import { plain } from "../event/inert.ts";
import type { Failure } from "../service/client.ts";
import { usePreferences } from "../shell/preferences.ts";
import { useSay, type Word } from "../shell/words.ts";
import { WORDS } from "../words/words.ts";

export function Failed({ failure, action }: { failure: Failure | null; action?: ReactNode }) {
  const told = useTold();
  if (!failure) return null;
  return <Alert type="error" showIcon role="alert" title={told(failure)} description={<Traced failure={failure} />} action={action} />;
}

/** Code and request: what somebody reads out to whoever looks after the service. */
export function Traced({ failure }: { failure: Pick<Failure, "code" | "requestId"> }) {
  const say = useSay();
  return (
    <span className="faint traced">
      {plain(failure.code, 80)}
      {failure.requestId && <>{failure.code && " · "}{say("state.request", { id: plain(failure.requestId, 80) })}</>}
    </span>
  );
}

/** What to say of a failure. The service's own words are English, and tell more; they stand where we have no others. */
export function useTold(): (failure: Failure) => string {
  const say = useSay();
  const { language } = usePreferences();
  return (failure) => {
    const word = `failed.${failure.code}` as Word;
    if (language === "zh" && Object.hasOwn(WORDS, word)) return say(word, { n: failure.retryAfter });
    return plain(failure.message, 400);
  };
}
