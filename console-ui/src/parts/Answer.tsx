// What is shown while a question is asked, when it is slow, when it was cancelled, and when it failed.
import { Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import type { Asked } from "../service/hooks.ts";
import { useSay } from "../shell/words.ts";
import { Failed } from "./Failed.tsx";

export function Answer<T>({ asked, children, lines = 4 }: { asked: Asked<T>; children: (data: T) => ReactNode; lines?: number }) {
  return (
    <>
      <Progress asked={asked} />
      <Failed failure={asked.failure} again={asked.again} />
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
