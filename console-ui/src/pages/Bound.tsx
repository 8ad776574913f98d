// Signed in, but bound: a first password has to be changed, or an authenticator set up, before anything else.
import { service } from "../service/client.ts";
import type { Session } from "../service/types.ts";
import { setSession } from "../shell/session.ts";
import { useSay } from "../shell/words.ts";
import { PasswordForm, TotpForm } from "./settings/Own.tsx";

export default function Bound({ session }: { session: Session }) {
  const say = useSay();
  return (
    <main className="signin">
      <div className="card wide-card">
        <h1>{say(session.bound === "totp" ? "own.totp" : "own.password")}</h1>
        <p className="faint">{say("own.bound")}</p>
        {session.bound === "totp" ? <TotpForm session={session} /> : <PasswordForm />}
        <div className="signin-tools">
          <button type="button" className="text-button" onClick={() => void service.signOut().finally(() => setSession(null))}>{say("head.signOut")}</button>
        </div>
      </div>
    </main>
  );
}
