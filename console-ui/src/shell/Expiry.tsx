// A session that is about to end says so before it does, and what can be done about it.
import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import { lastUsed, service } from "../service/client.ts";
import { Failed } from "../parts/Failed.tsx";
import { useTry } from "../service/hooks.ts";
import { left, type Left } from "./expiring.ts";
import { leave, setSession, unlessOver, useSession } from "./session.ts";
import { useSay } from "./words.ts";

const TICK_MS = 1000;

export function Expiry() {
  const say = useSay();
  const session = useSession();
  const [now, setNow] = useState<Left | null>(null);
  useEffect(() => {
    if (!session) return undefined;
    const timer = setInterval(() => {
      const found = left(session, lastUsed(), Date.now());
      setNow(found);
      // The service decides: what is asked here uses the session only if it is over anyway.
      if (found && found.seconds <= 0) service.session().then(setSession).catch(() => setSession(null, true));
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [session]);
  const { trouble, run, again, forget } = useTry();
  const stay = () => run(async () => {
    setSession(await service.session().catch(unlessOver));
    setNow(null);
  });
  if (!now || now.seconds <= 0) return null;
  const told = now.seconds >= 90 ? say("session.minutes", { n: Math.round(now.seconds / 60) }) : say("session.seconds", { n: now.seconds });
  return (
    <div className="expiry">
      <Failed failure={trouble} again={again} forget={forget} />
      <Alert type="warning" showIcon title={say(now.idle ? "session.soon.idle" : "session.soon.end", { n: told })}
        action={now.idle
          ? <Button size="small" onClick={stay}>{say("session.stay")}</Button>
          : <Button size="small" onClick={() => run(() => leave(true))}>{say("session.again")}</Button>} />
    </div>
  );
}
