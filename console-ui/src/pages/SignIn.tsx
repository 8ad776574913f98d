// Who are you: user and password, a one-time code if the user has one, or single sign-on; and the first user's set-up.
import { Alert, Button, Input } from "antd";
import { useEffect, useState, type FormEvent } from "react";
import { plain } from "../event/inert.ts";
import { copy } from "../parts/copy.ts";
import { Failed } from "../parts/Failed.tsx";
import { ask, service, type Failure } from "../service/client.ts";
import { asFailure, useTry } from "../service/hooks.ts";
import type { components } from "../service/openapi.d.ts";
import type { Session } from "../service/types.ts";
import { prefer, useDark, usePreferences } from "../shell/preferences.ts";
import { isOver, leaveFor, setSession } from "../shell/session.ts";
import { useSay } from "../shell/words.ts";

type Ways = Omit<components["schemas"]["WaysAnswer"], "RequestId">;

export default function SignIn() {
  const say = useSay();
  const { language } = usePreferences();
  const dark = useDark();
  // The link that `serve` prints, `/console/setup#token=…`: what stands behind the # reaches no server and no log.
  const [linked, setLinked] = useState(() => window.location.pathname.endsWith("/setup"));
  const token = linked ? (new URLSearchParams(window.location.hash.slice(1)).get("token") ?? "") : "";
  const signIn = () => {
    window.history.replaceState(null, "", "/console/#/");
    setLinked(false);
  };
  return (
    <main className="signin">
      <div className="card">
        <span className="brand"><img src="/console/mark.svg" alt="" width={30} height={30} /> ActionTrail</span>
        <p className="faint">{say("signin.motto")}</p>
        <h1 className="sr-only">{say("signin.title")}</h1>
        {!linked ? <Known /> : token ? <SetUp token={token} signIn={signIn} /> : <NoLink title={say("setup.cut")} why={say("setup.whole")} signIn={signIn} />}
        <div className="signin-tools">
          <button type="button" className="text-button" onClick={() => prefer({ language: language === "zh" ? "en" : "zh" })}>{say("head.language")}</button>
          <button type="button" className="icon-button" aria-label={say("head.theme", { theme: say(dark ? "head.theme.dark" : "head.theme.light") })} onClick={() => prefer({ theme: dark ? "light" : "dark" })}>{dark ? "☾" : "☀"}</button>
        </div>
      </div>
    </main>
  );
}

function Known() {
  const say = useSay();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const [wantsTotp, setWantsTotp] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const [ways, setWays] = useState<Ways>({ password: true, setup: false, singleSignOn: [] });
  const [problem] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get("problem") ?? "");
  useEffect(() => {
    ask<Ways>("GET", "/v1/session/ways").then(setWays).catch(() => undefined);
    if (problem) window.history.replaceState(null, "", window.sessionStorage.getItem("actiontrail.return") || "#/");
  }, [problem]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      setSession(await service.signIn({ user: user.trim(), password, ...(totp.trim() ? { totp: totp.trim() } : {}) }));
    } catch (error) {
      const told = asFailure(error);
      if (told.code === "CodeNeeded" || told.code === "WrongCode") setWantsTotp(true);
      setFailure(told.code === "CodeNeeded" ? null : told);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      {isOver() && !failure && !problem && <Alert type="info" showIcon title={say("session.over")} />}
      {problem && !failure && <Alert type="error" showIcon role="alert" title={say(problem === "provider" || problem === "NotLinked" ? `signin.problem.${problem}` : "signin.problem.other", { why: plain(problem, 60) })} />}
      <Failed failure={failure} />
      <label>{say("signin.user")}<Input name="user" autoComplete="username" autoFocus value={user} onChange={(event) => setUser(event.target.value)} required /></label>
      <label>{say("signin.password")}<Input.Password name="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} required /></label>
      {wantsTotp && (
        <label>{say("signin.totp")}<Input name="totp" inputMode="numeric" autoComplete="one-time-code" autoFocus placeholder={say("signin.totp.hint")} value={totp} onChange={(event) => setTotp(event.target.value)} /></label>
      )}
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>{say("signin.go")}</Button>
      {ways.singleSignOn.map((one) => (
        <Button key={one.address} block onClick={() => leaveFor(one.address)}>{say("signin.sso", { name: plain(one.name, 40) })}</Button>
      ))}
      {ways.setup && <p className="faint">{say("signin.noUser")}</p>}
    </form>
  );
}

const PASSWORD_MIN = 10; // as the service has it

const PRINT = "actiontrail users setup-link";

/** A link that opens nothing: why, and how one gets in all the same. */
function NoLink({ title, why, signIn, again }: { title: string; why: string; signIn: () => void; again?: () => void }) {
  const say = useSay();
  return (
    <section className="no-link" role="alert">
      <h2>{title}</h2>
      <p>{why}</p>
      <p className="faint">{say("setup.gone.how")}</p>
      <p><code>{PRINT}</code> <Button size="small" onClick={() => copy(PRINT)}>{say("detail.copy")}</Button></p>
      <Button type="primary" size="large" block onClick={signIn}>{say("setup.signin")}</Button>
      {again && <Button block onClick={again}>{say("setup.again")}</Button>}
    </section>
  );
}

function SetUp({ token, signIn }: { token: string; signIn: () => void }) {
  const say = useSay();
  const [user, setUser] = useState("admin");
  const [password, setPassword] = useState("");
  const { trouble, busy, run, forget } = useTry();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const session = await ask<Session>("POST", "/v1/session/setup", { token, user: user.trim(), password });
      window.history.replaceState(null, "", "/console/#/");
      setSession(session);
    });
  };
  if (trouble?.code === "WrongSetup") return <NoLink title={say("setup.gone")} why={say("setup.gone.why")} signIn={signIn} again={forget} />;
  return (
    <form onSubmit={submit}>
      <h2>{say("signin.setup")}</h2>
      <p className="faint">{say("signin.setup.hint")}</p>
      <Failed failure={trouble} />
      <label>{say("signin.user")}<Input name="user" autoComplete="username" value={user} onChange={(event) => setUser(event.target.value)} required /></label>
      <label>{say("signin.password")}<Input.Password name="password" autoComplete="new-password" minLength={PASSWORD_MIN} value={password} onChange={(event) => setPassword(event.target.value)} required /></label>
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>{say("signin.setup.go")}</Button>
    </form>
  );
}
