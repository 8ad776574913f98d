// Header, navigation and foot.
import { AuditOutlined, BulbOutlined, CodeOutlined, DashboardOutlined, MenuOutlined, SafetyCertificateOutlined, SendOutlined, SettingOutlined } from "@ant-design/icons";
import { Tooltip } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { Failed } from "../parts/Failed.tsx";
import { service } from "../service/client.ts";
import { useTry } from "../service/hooks.ts";
import { GOTO } from "./keytable.ts";
import { moment, zoneName } from "./moments.ts";
import { prefer, useDark, usePreferences } from "./preferences.ts";
import { useSeen } from "./seen.ts";
import { leave, useSession } from "./session.ts";
import { count, useSay, type Word } from "./words.ts";
import { plain } from "../event/inert.ts";

const ICONS: Record<(typeof GOTO)[number][0], ReactNode> = {
  "/": <DashboardOutlined />, "/events": <AuditOutlined />, "/trails": <SendOutlined />, "/insights": <BulbOutlined />, "/advanced": <CodeOutlined />,
  "/integrity": <SafetyCertificateOutlined />, "/settings": <SettingOutlined />,
};
export const PAGES: { path: string; word: Word; key: string; icon: ReactNode }[] = GOTO.map(([path, word, key]) => ({ path, word, key, icon: ICONS[path] }));

export function Header({ palette, help, menu, menuOpen }: { palette: () => void; help: () => void; menu: () => void; menuOpen: boolean }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const dark = useDark();
  const session = useSession();
  const { trouble, run, again, forget } = useTry();
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  return (
    <header className="header">
      <button type="button" className="icon-button menu-button" aria-label={say("nav.menu")} aria-expanded={menuOpen} onClick={menu}><MenuOutlined /></button>
      <a className="brand" aria-label="ActionTrail" href="#/"><img src="/console/mark.svg" alt="" width={24} height={24} /> <span>ActionTrail</span></a>
      <button type="button" className="palette-button" onClick={palette}>
        <span>{say("head.palette")}</span> <kbd>{apple ? "⌘" : "Ctrl"} K</kbd>
      </button>
      <span className="grow" />
      <Tooltip title={say("head.zone", { zone: zoneName(zone) })}>
        <button type="button" className="text-button" aria-label={say("head.zone", { zone: zoneName(zone) })} onClick={() => prefer({ zone: zone === "utc" ? "local" : "utc" })}>{zoneName(zone)}</button>
      </Tooltip>
      <button type="button" className="text-button" lang={language === "zh" ? "en" : "zh-CN"} onClick={() => prefer({ language: language === "zh" ? "en" : "zh" })}>{say("head.language")}</button>
      <button type="button" className="icon-button" aria-label={say("head.theme", { theme: say(dark ? "head.theme.dark" : "head.theme.light") })} title={say("keys.theme")} onClick={() => prefer({ theme: dark ? "light" : "dark" })}>{dark ? "☾" : "☀"}</button>
      <button type="button" className="icon-button help-button" aria-label={say("head.keys")} title={say("head.keys")} onClick={help}>?</button>
      <span className="who" title={say("head.account", { account: session?.account ?? "", user: session?.user ?? "" })}><bdi>{plain(session?.user ?? "", 24)}</bdi></span>
      <button type="button" className="text-button sign-out" onClick={() => run(leave)}>{say("head.signOut")}</button>
      {trouble && <div className="expiry"><Failed failure={trouble} again={again} forget={forget} /></div>}
    </header>
  );
}

export function Nav({ page, open }: { page: string; open: boolean }) {
  const say = useSay();
  return (
    <nav className={open ? "nav open" : "nav"} aria-label={say("nav.main")}>
      {PAGES.map(({ path, word, icon, key }) => (
        <a key={path} href={`#${path}`} aria-current={path === `/${page}` ? "page" : undefined} title={`g ${key}`}>
          {icon} <span>{say(word)}</span>
        </a>
      ))}
    </nav>
  );
}

export function Footer() {
  const say = useSay();
  const { language, zone } = usePreferences();
  const seen = useSeen();
  const [root, setRoot] = useState("");
  const [size, setSize] = useState(0);
  useEffect(() => {
    const note = seen?.checkpoint;
    const take = (text: string) => {
      const lines = text.split("\n");
      setRoot((lines[2] ?? "").slice(0, 12));
      setSize(Number(lines[1] ?? 0));
    };
    if (note) take(note);
    else service.checkpoint().then(take).catch(() => undefined);
  }, [seen]);
  return (
    <footer className="footer">
      {seen ? (
        <>
          <span>{say("foot.seen", { size: count(seen.size - seen.first, language), ledger: count(seen.ledgerSize, language) })}</span>
          <span className={seen.lag > 0 ? "warn" : "ok"}>{seen.lag > 0 ? say("foot.lag", { n: count(seen.lag, language) }) : say("foot.whole")}</span>
          {seen.since && <span>{say("foot.since", { since: moment(seen.since, zone) })}</span>}
        </>
      ) : (
        size > 0 && <span>{say("foot.size", { n: count(size, language) })}</span>
      )}
      {root && <a href="#/integrity">{say("foot.root", { root: `${root}…` })}</a>}
    </footer>
  );
}
