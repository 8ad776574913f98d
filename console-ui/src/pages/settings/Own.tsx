// What somebody does with their own sign-in: password, authenticator, sessions.
import { Alert, Button, Input } from "antd";
import { useState, type FormEvent } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { ask } from "../../service/client.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import type { components } from "../../service/openapi.d.ts";
import type { Session } from "../../service/types.ts";
import { setSession } from "../../shell/session.ts";
import { useSay } from "../../shell/words.ts";

export function PasswordForm() {
  const say = useSay();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [done, setDone] = useState(false);
  const { busy, trouble, run } = useTry();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(false);
    run(async () => {
      const session = await ask<Session>("POST", "/v1/session/password", { current, new: fresh });
      setDone(true);
      setCurrent("");
      setFresh("");
      setSession(session);
    });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Failed failure={trouble} />
      {done && <Alert type="success" showIcon title={say("own.changed")} />}
      <label>{say("own.current")}<Input.Password id="own-password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} required /></label>
      <label>{say("own.new")}<Input.Password autoComplete="new-password" value={fresh} onChange={(event) => setFresh(event.target.value)} required /></label>
      <div><Button type="primary" htmlType="submit" loading={busy}>{say("own.password")}</Button></div>
    </form>
  );
}

type Begun = components["schemas"]["TotpAnswer"];

export function TotpForm({ session }: { session: Session }) {
  const say = useSay();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<components["schemas"]["CodesAnswer"] | null>(null);
  const { busy, trouble, run } = useTry();
  const begin = (event: FormEvent) => {
    event.preventDefault();
    run(async () => setBegun(await ask<Begun>("POST", "/v1/session/totp", { password })));
  };
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      setCodes(await ask("POST", "/v1/session/totp/confirm", { code }));
      setBegun(null);
      setPassword("");
      setCode("");
    });
  };
  const remove = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      setSession(await ask<Session>("POST", "/v1/session/totp/remove", { password, code }));
      setPassword("");
      setCode("");
    });
  };
  if (codes)
    return (
      <div className="form">
        <Alert type="success" showIcon title={say("own.totpOn")} description={say("own.recovery")} />
        <pre className="json" data-recovery>{codes.recoveryCodes.join("\n")}</pre>
        <div><Button type="primary" onClick={() => { setSession(codes.session); setCodes(null); }}>{say("own.kept")}</Button></div>
      </div>
    );
  if (begun)
    return (
      <form className="form" onSubmit={confirm}>
        <Failed failure={trouble} />
        <p>{say("own.scan")}</p>
        <img className="qr" alt={say("own.picture")} src={`data:image/svg+xml;utf8,${encodeURIComponent(begun.picture)}`} width={200} height={200} />
        <p className="faint">{say("own.type")} <code data-secret>{begun.secret}</code></p>
        <label>{say("signin.totp")}<Input inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} required /></label>
        <div><Button type="primary" htmlType="submit" loading={busy}>{say("own.confirm")}</Button></div>
      </form>
    );
  return (
    <form className="form" onSubmit={session.totp ? remove : begin}>
      <Failed failure={trouble} />
      <p className="faint">{say(session.totp ? "own.totpIs" : "own.totpWhy")}</p>
      <label>{say("own.current")}<Input.Password autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} required /></label>
      {session.totp && <label>{say("signin.totp")}<Input inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} required /></label>}
      <div><Button htmlType="submit" type={session.totp ? "default" : "primary"} loading={busy}>{say(session.totp ? "own.totpRemove" : "own.totpBegin")}</Button></div>
    </form>
  );
}

type Open = components["schemas"]["OpenSession"];

export function Sessions() {
  const say = useSay();
  const asked = useAnswer("sessions", (signal) => ask<{ sessions: Open[] }>("GET", "/v1/sessions", undefined, signal));
  const { busy, trouble, run } = useTry();
  const end = (id: string) => run(async () => {
    await ask("DELETE", `/v1/sessions/${encodeURIComponent(id)}`);
    asked.again();
  });
  return (
    <Answer asked={asked}>
      {({ sessions }) => (
        <>
          <Failed failure={trouble} />
          <table className="plain">
            <thead><tr><th scope="col">{say("own.begun")}</th><th scope="col">{say("own.seen")}</th><th scope="col">{say("actor.address")}</th><th scope="col">{say("own.agent")}</th><th scope="col"><span className="sr-only">{say("own.end")}</span></th></tr></thead>
            <tbody>
              {sessions.map((one) => (
                <tr key={one.id} data-row tabIndex={-1}>
                  <td><Moment at={one.begun} /></td>
                  <td><Moment at={one.seen} relative /></td>
                  <td>{plain(one.address, 60)} {one.mfa && <span className="badge good">MFA</span>}</td>
                  <td className="faint">{plain(one.agent, 80)}</td>
                  <td>{one.current ? <span className="badge">{say("own.this")}</span> : <Ask title={say("own.end.sure")} yes={() => end(one.id)}><Button size="small" disabled={busy} data-deed="remove">{say("own.end")}</Button></Ask>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Answer>
  );
}
