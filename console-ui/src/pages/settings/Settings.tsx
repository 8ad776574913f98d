// What can be set: one's own sign-in, preferences, how far back search reaches; and who has access, where the service offers it.
import { Button, Input, Segmented, Switch } from "antd";
import { useState } from "react";
import { Card } from "../../parts/Lines.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { plain } from "../../event/inert.ts";
import { service } from "../../service/client.ts";
import { useKeys } from "../../shell/keys.ts";
import { moment, zoneName } from "../../shell/moments.ts";
import { prefer, usePreferences, type Preferences } from "../../shell/preferences.ts";
import { go } from "../../shell/route.ts";
import { deed, step } from "../../shell/rows.ts";
import { setSession, useSession } from "../../shell/session.ts";
import { useSay, type Word } from "../../shell/words.ts";
import { Access } from "./Access.tsx";
import { Members } from "./Members.tsx";
import { PasswordForm, Sessions, TotpForm } from "./Own.tsx";
import { Retention } from "./Retention.tsx";

export default function Settings({ tab }: { tab: string }) {
  const say = useSay();
  const tabs: [string, Word, React.ReactNode][] = [
    ["preferences", "settings.preferences", <Preferred key="p" />],
    ["account", "settings.account", <Account key="a" />],
    ["access", "settings.access", <Access key="x" />],
    ["members", "settings.members", <Card key="m" title={say("members.directory")}><Members /></Card>],
    ["retention", "settings.retention", <Retention key="r" />],
  ];
  useKeys("settings", { tabs: (at) => go(`/settings/${tabs[at]?.[0]}`) });
  return (
    <main className="page">
      <h1>{say("settings.title")}</h1>
      <Tabs label={say("settings.title")} active={tab} choose={(key) => go(`/settings/${key}`)} items={tabs.map(([key, word, children]) => ({ key, label: say(word), children }))} />
    </main>
  );
}

function Preferred() {
  const say = useSay();
  const { language, theme, zone, columns, letters } = usePreferences();
  const [typed, setTyped] = useState(columns.join(", "));
  useKeys("settings.preferences", { columns: () => document.getElementById("prefer-columns")?.focus() });
  return (
    <Card title={say("settings.preferences")}>
      <div className="form">
        <div>
          <h3>{say("settings.language")}</h3>
          <Segmented<Preferences["language"]> value={language} onChange={(value) => prefer({ language: value })} options={[{ value: "en", label: "English" }, { value: "zh", label: "简体中文" }]} />
        </div>
        <div>
          <h3>{say("settings.theme")}</h3>
          <Segmented<Preferences["theme"]> value={theme} onChange={(value) => prefer({ theme: value })} options={(["system", "light", "dark"] as const).map((value) => ({ value, label: say(`head.theme.${value}`) }))} />
        </div>
        <div>
          <h3>{say("settings.zone")}</h3>
          <Segmented<Preferences["zone"]> value={zone} onChange={(value) => prefer({ zone: value })} options={[{ value: "local", label: say("settings.local", { zone: zoneName("local") }) }, { value: "utc", label: "UTC" }]} />
        </div>
        <label>
          <strong>{say("prefer.columns")}</strong>
          <Input id="prefer-columns" value={typed} spellCheck={false} placeholder="channel, acsRegion" onChange={(event) => { setTyped(event.target.value); prefer({ columns: fieldNames(event.target.value) }); }} />
          <span className="faint">{say("prefer.columns.hint")}</span>
        </label>
        <div>
          <span className="switch"><Switch size="small" checked={letters} onChange={(next) => prefer({ letters: next })} aria-label={say("prefer.letters")} aria-describedby="prefer-letters" /> <strong>{say("prefer.letters")}</strong></span>
          <p id="prefer-letters" className="faint">{say("prefer.letters.hint")}</p>
        </div>
        <p className="faint">{say("prefer.where")}</p>
      </div>
    </Card>
  );
}

const fieldNames = (text: string): string[] => text.split(/[,\s]+/).filter((one) => /^[\w.]{1,100}$/.test(one)).slice(0, 8);

function Account() {
  const say = useSay();
  const { zone } = usePreferences();
  const session = useSession();
  useKeys("settings.account", {
    password: () => document.getElementById("own-password")?.focus(), app: () => document.querySelector<HTMLElement>(".own-app input, .own-app button")?.focus(),
    next: () => step(1), previous: () => step(-1), remove: () => deed("remove"),
  });
  if (!session) return null;
  return (
    <div className="grid">
      <Card title={say("settings.account")}>
        <dl className="facts">
          <dt>{say("settings.account")}</dt>
          <dd>{plain(session.accountName ?? "", 80)} <code>{plain(session.account, 40)}</code></dd>
          <dt>{say("settings.signedInAs")}</dt>
          <dd><bdi>{plain(session.user, 80)}</bdi> {session.mfa && <span className="badge good">MFA</span>}</dd>
          <dt>{say("session.until")}</dt>
          <dd>{say("session.until.told", { end: moment(session.ends, zone), idle: Math.round(session.idleSeconds / 60) })}</dd>
        </dl>
        <p><Button onClick={() => void service.signOut().finally(() => setSession(null))}>{say("head.signOut")}</Button></p>
      </Card>
      {session.password !== false && <Card title={say("own.password")}><PasswordForm /></Card>}
      <Card title={say("own.totp")}><div className="own-app"><TotpForm session={session} /></div></Card>
      <Card wide title={say("own.sessions")}><Sessions /></Card>
    </div>
  );
}
