// The resource directory: accounts that belong together, and what one may do with them. Roles stand beside.
import { Button } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { copy } from "../../parts/copy.ts";
import { Failed } from "../../parts/Failed.tsx";
import { actorPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Inert } from "../../parts/Text.tsx";
import { plain } from "../../event/inert.ts";
import { access } from "../../service/access.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useKeys } from "../../shell/keys.ts";
import { deed, make, step } from "../../shell/rows.ts";
import { useSession } from "../../shell/session.ts";
import { useSay } from "../../shell/words.ts";
import { Grid, Having, Make, useThen } from "./parts.tsx";

const letIn = (account: string): string => `actiontrail users setup-link --account ${account}`;

export function Members() {
  const say = useSay();
  const session = useSession();
  const asked = useAnswer("members", async (signal) => {
    const [{ accounts }, { directory }] = await Promise.all([access.accounts(signal), access.directory(signal)]);
    return { accounts, directory };
  });
  const [renaming, setRenaming] = useState("");
  const [made, setMade] = useState("");
  const { trouble, again, run, then } = useThen(asked.changed);
  useKeys("settings.members", { next: () => step(1), previous: () => step(-1), new: make, edit: () => deed("edit"), remove: () => deed("remove") });
  return (
    <Answer asked={asked}>
      {({ accounts, directory }) => {
        const manages = directory?.managementAccount === session?.account;
        return (
          <>
            <Failed failure={trouble} again={again} />
            <p>{directory ? <><code>{plain(directory.id, 40)}</code> {manages ? say("members.manages") : say("members.member", { account: directory.managementAccount })}</> : say("members.none")}</p>
            {!directory && <p><Ask title={say("trails.sure")} yes={() => then(() => access.createDirectory())}><Button size="small">{say("members.make")}</Button></Ask></p>}
            <Grid heads={[say("settings.name"), say("settings.account"), say("settings.created"), ""]}
              rows={accounts.map((one) => ({
                key: one.id,
                cells: [
                  plain(one.name || "—", 64), <code key="i">{one.id}</code>, <Moment key="c" at={one.created} />,
                  <span key="b" className="nowrap">
                    {one.id === session?.account && <span className="badge">{say("members.this")}</span>}{" "}
                    <Button size="small" data-deed="edit" aria-expanded={renaming === one.id} onClick={() => setRenaming(renaming === one.id ? "" : one.id)}>{say("members.rename")}</Button>{" "}
                    {manages && one.id !== session?.account && <Ask title={say("members.remove.sure")} yes={() => then(() => access.removeMember(one.id))}><Button size="small" danger data-deed="remove">{say("members.remove")}</Button></Ask>}
                  </span>,
                ],
              }))} />
            {renaming && <Make key={renaming} label={say("members.rename")} verb="policy.save" make={(name) => then(() => access.renameAccount(renaming, name).then(() => setRenaming("")))} />}
            {made && <p role="status">{say("members.in")}<br /><code>{letIn(made)}</code> <Button size="small" onClick={() => copy(letIn(made))}>{say("detail.copy")}</Button></p>}
            {manages && <Make label={say("members.add")} make={(name) => run(async () => { setMade((await access.createAccount(name)).account.id); asked.changed(); })} />}
            {manages && accounts.length === 1 && <p><Ask title={say("trails.sure")} yes={() => then(() => access.deleteDirectory())}><Button size="small" danger>{say("members.delete")}</Button></Ask></p>}
          </>
        );
      }}
    </Answer>
  );
}

export function Roles() {
  const say = useSay();
  const asked = useAnswer("roles", access.roles);
  const [open, setOpen] = useState("");
  return (
    <Answer asked={asked}>
      {({ roles }) => roles.length === 0 ? <p className="faint">{say("overview.none")}</p> : (
        <>
          <Grid heads={[say("settings.name"), say("roles.sessions"), say("settings.created"), ""]}
            rows={roles.map((one) => ({
              key: one.id,
              cells: [<Link key="n" to={actorPath("role", one.name)}>{plain(one.name, 64)}</Link>, say("session.minutes", { n: Math.round(one.sessionSecondsMax / 60) }), <Moment key="c" at={one.created} />,
                <Button key="o" size="small" data-deed="open" aria-expanded={open === one.name} onClick={() => setOpen(open === one.name ? "" : one.name)}>{say("users.more")}</Button>],
            }))} />
          {open && <OneRole key={open} name={open} />}
        </>
      )}
    </Answer>
  );
}

function OneRole({ name }: { name: string }) {
  const say = useSay();
  const asked = useAnswer(`role${name}`, (signal) => access.role(name, signal));
  const { trouble, again, then } = useThen(asked.changed);
  return (
    <section className="nested" aria-label={plain(name, 64)}>
      <Failed failure={trouble} again={again} />
      <Answer asked={asked} lines={2}>
        {({ role, policies }) => (
          <>
            <h4>{say("settings.policies")}</h4>
            <Having who={name} policies={policies} attach={(policy) => then(() => access.attachToRole(name, policy))} detach={(policy) => then(() => access.detachFromRole(name, policy))} />
            <h4>{say("roles.trust")}</h4>
            <pre className="json wrap" tabIndex={0}><Inert text={role.trust} /></pre>
          </>
        )}
      </Answer>
    </section>
  );
}
