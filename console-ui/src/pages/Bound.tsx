// Signed in, but bound: a first password has to be changed, or an authenticator set up, before anything else.
import { Failed } from "../parts/Failed.tsx";
import { useTry } from "../service/hooks.ts";
import type { Session } from "../service/types.ts";
import { leave } from "../shell/session.ts";
import { useSay } from "../shell/words.ts";
import { PasswordForm, TotpForm } from "./settings/Own.tsx";

export default function Bound({ session }: { session: Session }) {
  const say = useSay();
  const { trouble, run, again, forget } = useTry();
  return (
    <main className="signin">
      <div className="card wide-card">
        <h1>{say(session.bound === "totp" ? "own.totp" : "own.password")}</h1>
        <p className="faint">{say("own.bound")}</p>
        {session.bound === "totp" ? <TotpForm session={session} /> : <PasswordForm />}
        <Failed failure={trouble} again={again} forget={forget} />
        <div className="signin-tools">
          <button type="button" className="text-button" onClick={() => run(leave)}>{say("head.signOut")}</button>
        </div>
      </div>
    </main>
  );
}
