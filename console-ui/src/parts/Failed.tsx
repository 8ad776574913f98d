// The one place that tells of a failure: what failed, in the reader's language; what the service itself says of it, which names field and
// remedy; by which request it is found in the log; and a way to try again, or to go on.
import { Alert, Button } from "antd";
import { plain } from "../event/inert.ts";
import type { Failure } from "../service/client.ts";
import { usePreferences } from "../shell/preferences.ts";
import { useSay } from "../shell/words.ts";
import { problemIn } from "../words/problems.ts";
import { sentenceOf } from "./sentence.ts";

interface Props {
  failure: Failure | null | undefined;
  /** Does the same once more. A form has its own button for that. */
  again?: () => void;
  /** Puts the message away, where nothing else would. */
  forget?: () => void;
}

export function Failed({ failure, again, forget }: Props) {
  const say = useSay();
  const { language } = usePreferences();
  if (!failure) return null;
  const sentence = sentenceOf(failure);
  const own = failure.code === "Fault" ? problemIn(language, failure.message) : failure.code === "Unreachable" ? "" : failure.message;
  return (
    <Alert className="failed" type="error" showIcon role="alert" title={say(sentence, { n: failure.retryAfter || failure.status })}
      closable={forget && { onClose: forget, "aria-label": say("state.putAway") }}
      action={again && <Button size="small" onClick={again}>{say("state.again")}</Button>}
      description={
        <>
          {own && own !== say(sentence) && <pre className="message">{plain(own, 1000)}</pre>}
          <Traced failure={failure} />
        </>
      } />
  );
}

/** Code and request: what somebody reads out to whoever looks after the service. */
export function Traced({ failure }: { failure: Failure }) {
  const say = useSay();
  return (
    <span className="faint traced">
      {plain(failure.code, 80)}
      {failure.requestId && <>{failure.code && " · "}{say("state.request", { id: plain(failure.requestId, 80) })}</>}
    </span>
  );
}
