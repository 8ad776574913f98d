// Users of the account: who they are, how they get in, what they have.
import { Button } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { actorPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { access, type SignInShown } from "../../service/access.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useSession } from "../../shell/session.ts";
import { useSay, type Say } from "../../shell/words.ts";
import { Grid, Having, Make, mark, Secret, Toggle, useThen, when } from "./parts.tsx";

export function Users() {
  const say = useSay();
  const asked = useAnswer("users", access.users);
  const [open, setOpen] = useState("");
  const { trouble, again, then } = useThen(asked.changed);
  return (
    <Answer asked={asked}>
      {({ users }) => (
        <>
          <Failed failure={trouble} again={again} />
          <Grid heads={[say("settings.name"), say("trails.status"), say("settings.created"), say("settings.lastLogin"), "", ""]}
            rows={users.map((one) => ({
              key: one.id,
              cells: [
                <Link key="n" to={actorPath("user", one.name)}><bdi>{plain(one.name, 64)}</bdi></Link>, mark(one.state), <Moment key="c" at={one.created} />, when(one.lastLogin, say("settings.never")),
                <Button key="o" size="small" data-deed="open" aria-expanded={open === one.name} onClick={() => setOpen(open === one.name ? "" : one.name)}>{say("users.more")}</Button>,
                <Toggle key="t" state={one.state} set={(state) => then(() => access.setUser(one.name, state))} remove={() => then(() => access.deleteUser(one.name))} />,
              ],
            }))} />
          {open && <OneUser key={open} name={open} />}
          <Make label={say("settings.name")} second={say("settings.displayName")} make={(name, shown) => then(() => access.createUser(name, shown))} />
        </>
      )}
    </Answer>
  );
}

function OneUser({ name }: { name: string }) {
  const say = useSay();
  const asked = useAnswer(`user${name}`, (signal) => access.user(name, signal));
  const { trouble, again, then } = useThen(asked.changed);
  return (
    <section className="nested" aria-label={plain(name, 64)}>
      <h3><bdi>{plain(name, 64)}</bdi></h3>
      <div className="side-by-side">
        <div>
          <h4>{say("settings.policies")}</h4>
          <Failed failure={trouble} again={again} />
          <Answer asked={asked} lines={2}>
            {({ policies }) => <Having who={name} policies={policies} attach={(policy) => then(() => access.attach(name, policy))} detach={(policy) => then(() => access.detach(name, policy))} />}
          </Answer>
        </div>
        <div>
          <h4>{say("users.signin")}</h4>
          <SignInOf name={name} />
        </div>
      </div>
    </section>
  );
}

function ways(shown: SignInShown, say: Say): string[] {
  return [
    say(!shown.password ? "users.password.no" : shown.mustChange ? "users.password.first" : "users.password.yes"),
    ...(shown.linked ? [say("users.linked")] : []),
    shown.totp ? say("users.totp", { n: shown.recoveryCodes }) : say("users.totp.no"),
  ];
}

function SignInOf({ name }: { name: string }) {
  const say = useSay();
  const session = useSession();
  const asked = useAnswer(`signin${name}`, (signal) => access.signIn(name, signal));
  const [given, setGiven] = useState("");
  const { trouble, again, run, then } = useThen(asked.changed);
  const own = session?.user === name;
  return (
    <Answer asked={asked} lines={3}>
      {(shown) => (
        <>
          <Failed failure={trouble} again={again} />
          {given && <Secret title={say("users.secret", { name: plain(name, 64) })} name={name} secret={given} close={() => setGiven("")} />}
          <ul className="chips">
            {ways(shown, say).map((one) => <li key={one}><span className="badge">{one}</span></li>)}
            {shown.mistakes > 0 && <li><span className={shown.lockedSeconds ? "badge bad" : "badge warn"}>{say("users.mistakes", { n: shown.mistakes })}{shown.lockedSeconds ? ` · ${say("users.locked", { n: shown.lockedSeconds })}` : ""}</span></li>}
          </ul>
          {own ? <p className="faint">{say("users.own")}</p> : (
            <p className="buttons">
              <Ask title={say("users.give.sure")} yes={() => run(async () => { setGiven((await access.givePassword(name)).password); asked.changed(); })}><Button size="small">{say("users.give")}</Button></Ask>
              {shown.mistakes > 0 && <Button size="small" onClick={() => then(() => access.unlock(name))}>{say("users.unlock")}</Button>}
              {shown.totp && <Ask title={say("users.totp.sure")} yes={() => then(() => access.resetTotp(name))}><Button size="small">{say("users.totp.reset")}</Button></Ask>}
              {(shown.password || shown.linked) && <Ask title={say("users.forget.sure")} yes={() => then(() => access.forgetSignIn(name))}><Button size="small" danger>{say("users.forget")}</Button></Ask>}
            </p>
          )}
          <h4>{say("users.sessions")}</h4>
          {shown.sessions.length === 0 ? <p className="faint">{say("users.sessions.none")}</p> : (
            <>
              <Grid heads={[say("own.begun"), say("own.seen"), say("actor.address"), ""]}
                rows={shown.sessions.map((one) => ({
                  key: one.id,
                  cells: [<Moment key="b" at={one.begun} />, <Moment key="s" at={one.seen} relative />, <span key="a" title={plain(one.agent, 300)}>{plain(one.address, 60)} {one.mfa && <span className="badge good">MFA</span>}</span>,
                    <Ask key="e" title={say("own.end.sure")} yes={() => then(() => access.endSession(name, one.id))}><Button size="small" data-deed="remove">{say("own.end")}</Button></Ask>],
                }))} />
              {!own && <p><Ask title={say("users.sessions.sure")} yes={() => then(() => access.endSessions(name))}><Button size="small">{say("users.sessions.end")}</Button></Ask></p>}
            </>
          )}
        </>
      )}
    </Answer>
  );
}
