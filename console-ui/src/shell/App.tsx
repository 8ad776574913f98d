// The frame around every page: who is signed in, where one can go, how times are told, how far the answers see.
import { App as Antd, Button, ConfigProvider, theme } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { Component, lazy, Suspense, useEffect, useState, type ReactNode } from "react";
import { copy, tellBy } from "../parts/copy.ts";
import { Failed } from "../parts/Failed.tsx";
import { service, whenSignedOut, type Failure } from "../service/client.ts";
import { asFailure } from "../service/hooks.ts";
import type { Session } from "../service/types.ts";
import { Expiry } from "./Expiry.tsx";
import { Footer, Header, Nav, PAGES } from "./Frame.tsx";
import { Hints } from "./Hints.tsx";
import { useKeys } from "./keys.ts";
import { prefer, useDark, usePreferences } from "./preferences.ts";
import { go, parseHash, useRoute, type Route } from "./route.ts";
import { comeBack, setSession, useSession } from "./session.ts";
import { useSay } from "./words.ts";

const Palette = lazy(() => import("./Palette.tsx"));
const KeysHelp = lazy(() => import("./KeysHelp.tsx"));
const SignIn = lazy(() => import("../pages/SignIn.tsx"));
const Bound = lazy(() => import("../pages/Bound.tsx"));
const FILES = {
  "": () => import("../pages/Overview.tsx"),
  events: () => import("../pages/events/Events.tsx"),
  event: () => import("../pages/EventPage.tsx"),
  actor: () => import("../pages/actor/Actor.tsx"),
  resource: () => import("../pages/Resource.tsx"),
  compare: () => import("../pages/compare/Compare.tsx"),
  trails: () => import("../pages/trails/Trails.tsx"),
  insights: () => import("../pages/insights/Insights.tsx"),
  advanced: () => import("../pages/advanced/Advanced.tsx"),
  integrity: () => import("../pages/integrity/Integrity.tsx"),
  settings: () => import("../pages/settings/Settings.tsx"),
};
const Overview = lazy(FILES[""]);
const Events = lazy(FILES.events);
const EventPage = lazy(FILES.event);
const Actor = lazy(FILES.actor);
const Resource = lazy(FILES.resource);
const Compare = lazy(FILES.compare);
const Trails = lazy(FILES.trails);
const Insights = lazy(FILES.insights);
const Advanced = lazy(FILES.advanced);
const Integrity = lazy(FILES.integrity);
const Settings = lazy(FILES.settings);

// Who it is, and the page they came for, are asked for side by side, before anything is drawn.
let known: Promise<Session> | null = service.session();
known.catch(() => undefined);
void FILES[(parseHash(window.location.hash).parts[0] ?? "") as keyof typeof FILES]?.().catch(() => undefined);

const NONCE = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content || document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce || undefined;

/** Of the derived colours those that are too pale or too dark to be read: text on dark, and white on a button that the pointer is over. */
const DARK = {
  Tabs: { itemSelectedColor: "#79b1ff", itemHoverColor: "#79b1ff", itemActiveColor: "#79b1ff" },
  Button: { colorPrimaryHover: "#2f6fc4", defaultHoverColor: "#79b1ff", defaultHoverBorderColor: "#79b1ff" },
};

export function App() {
  const { language } = usePreferences();
  const dark = useDark();
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset.theme = dark ? "dark" : "light";
  }, [language, dark]);
  return (
    <ConfigProvider
      locale={language === "zh" ? zh : en}
      button={{ autoInsertSpace: false }}
      csp={NONCE ? { nonce: NONCE } : undefined}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          colorPrimary: dark ? "#3c89e8" : "#0958d9",
          ...(dark ? {} : { colorPrimaryHover: "#1765d6" }), // the usual one is too pale for text on white
          borderRadius: 6,
          fontFamily: "var(--font)",
          motion: false,
          colorError: dark ? "#ff8f85" : "#b42318",
          colorLink: dark ? "#79b1ff" : "#0951c6",
          colorTextPlaceholder: dark ? "#8f959e" : "#666d78",
          colorTextDescription: dark ? "#a3a9b3" : "#5b626d",
        },
        components: dark ? DARK : {},
      }}
    >
      <Antd component={false}>
        <Inside />
        <Hints />
      </Antd>
    </ConfigProvider>
  );
}

function Inside() {
  const session = useSession();
  const { message } = Antd.useApp();
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => tellBy((text) => void message.success(text, 1.5)), [message]);
  useEffect(() => {
    whenSignedOut(() => setSession(null, true));
    const control = new AbortController();
    (known ?? service.session(control.signal)).then((found) => { comeBack(); setSession(found); }).catch((error: unknown) => {
      if (control.signal.aborted) return;
      const failure = asFailure(error);
      if (failure.status === 401) setSession(null);
      else setTrouble(failure);
    });
    known = null;
    return () => control.abort();
  }, [turn]);
  const again = () => {
    setTrouble(null);
    setTurn((old) => old + 1);
  };
  if (session === undefined) return trouble ? <main className="signin"><div className="card"><Failed failure={trouble} again={again} /></div></main> : <div className="waiting" aria-busy="true" />;
  if (session === null)
    return <Suspense fallback={<div className="waiting" aria-busy="true" />}><SignIn /></Suspense>;
  if (session.bound) return <Suspense fallback={<div className="waiting" aria-busy="true" />}><Bound session={session} /></Suspense>;
  return <Signed />;
}

function Signed() {
  const say = useSay();
  const route = useRoute();
  const { language, zone } = usePreferences();
  const dark = useDark();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const theme = () => prefer({ theme: dark ? "light" : "dark" });
  useKeys("everywhere", {
    palette: () => setPalette(true),
    help: () => setHelp(true),
    theme,
    zone: () => prefer({ zone: zone === "utc" ? "local" : "utc" }),
    language: () => prefer({ language: language === "zh" ? "en" : "zh" }),
    back: () => window.history.back(),
    copy: () => copy(window.location.href),
  });
  useKeys("goto", { page: (at) => go(PAGES[at]?.path ?? "/") });
  useEffect(() => setMenu(false), [route.path]);
  const page = route.parts[0] ?? "";
  useEffect(() => {
    const known = PAGES.find((one) => one.path === `/${page}`);
    document.title = `${known ? say(known.word) : page === "compare" ? say("compare.title") : route.parts.at(-1) || "ActionTrail"} · ActionTrail`;
  }, [page, route, say]);
  return (
    <div className="frame">
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById("content")?.focus(); }}>{say("nav.skip")}</a>
      <Header palette={() => setPalette(true)} help={() => setHelp(true)} menu={() => setMenu(!menu)} menuOpen={menu} />
      <Nav page={page} open={menu} />
      <div className="content" id="content" tabIndex={-1}>
        <Guard key={route.path}>
          <Suspense fallback={<div className="waiting" aria-busy="true" aria-label={say("state.loading")} />}><Page route={route} /></Suspense>
        </Guard>
      </div>
      <Expiry />
      <Footer />
      <Suspense fallback={null}>
        {palette && <Palette close={() => setPalette(false)} actions={{ theme, help: () => setHelp(true) }} />}
        {help && <KeysHelp close={() => setHelp(false)} />}
      </Suspense>
    </div>
  );
}

function Page({ route }: { route: Route }) {
  const say = useSay();
  const [name = "", one = "", two = ""] = route.parts;
  switch (name) {
    case "":
      return <Overview />;
    case "events":
      return <Events />;
    case "event":
      return <EventPage id={one} />;
    case "actor":
      return <Actor kind={one} id={two} />;
    case "resource":
      return <Resource name={route.parts.slice(1).join("/")} />;
    case "compare":
      return <Compare />;
    case "trails":
      return <Trails route={route} />;
    case "insights":
      return <Insights />;
    case "advanced":
      return <Advanced />;
    case "integrity":
      return <Integrity />;
    case "settings":
      return <Settings tab={one} />;
    default:
      return <p className="page">{say("state.missing")}</p>;
  }
}

/** A page that breaks takes no other with it. */
class Guard extends Component<{ children: ReactNode }, { broken: string }> {
  override state = { broken: "" };
  static getDerivedStateFromError(error: unknown) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
  override render() {
    return this.state.broken ? <Broken what={this.state.broken} /> : this.props.children;
  }
}

function Broken({ what }: { what: string }) {
  const say = useSay();
  return (
    <div className="page" role="alert">
      <h1>{say("state.crash")}</h1>
      <p>{say("state.crash.hint")}</p>
      <p><Button type="primary" onClick={() => window.location.reload()}>{say("state.reload")}</Button></p>
      <pre className="message">{what.slice(0, 500)}</pre>
    </div>
  );
}
