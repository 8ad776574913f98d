// What is shown while a question is asked, when it is slow, when it was cancelled, and when it failed.
import { Alert, Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import type { Asked } from "../service/hooks.ts";
import { plain } from "../event/inert.ts";
import { useSay } from "../shell/words.ts";

export function Answer<T>({ asked, children, lines = 4 }: { asked: Asked<T>; children: (data: T) => ReactNode; lines?: number }) {
  return (
    <>
      <Progress asked={asked} />
      {asked.failure && <Trouble asked={asked} />}
      {asked.data !== undefined && !asked.failure ? children(asked.data) : asked.loading ? <Skeleton title={false} paragraph={{ rows: lines }} /> : null}
    </>
  );
}

export function Progress({ asked }: { asked: Asked<unknown> }) {
  const say = useSay();
  if (asked.cancelled)
    return (
      <div className="progress" role="status">
        {say("state.cancelled")} <Button size="small" onClick={asked.again}>{say("state.again")}</Button>
      </div>
    );
  if (!asked.slow) return null;
  return (
    <div className="progress" role="status">
      {say("state.slow")} <Button size="small" onClick={asked.cancel}>{say("state.cancel")}</Button>
    </div>
  );
}

export function Trouble({ asked }: { asked: Asked<unknown> }) {
  const say = useSay();
  const failure = asked.failure;
  if (!failure) return null;
  return (
    <Alert
      type="error"
      showIcon
      title={failure.status === 0 && failure.code === "Unreachable" ? say("state.unreachable") : say("state.failed")}
      description={
        <>
          <pre className="message">{plain(failure.message, 1000)}</pre>
          <span className="faint">
            {failure.code}
            {failure.requestId && <> · {say("state.request", { id: failure.requestId })}</>}
          </span>
        </>
      }
      action={<Button size="small" onClick={asked.again}>{say("state.again")}</Button>}
    />
  );
}
