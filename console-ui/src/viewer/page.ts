// The viewer's page, drawn from its state. All text of a pack is shown inert.
import { leaves } from "../event/facts.ts";
import { plain } from "../event/inert.ts";
import { sentence } from "../event/sentence.ts";
import { REASONS } from "../pack/texts.ts";
import type { PackData, PackedEvent } from "../pack/types.ts";
import type { AuditEvent } from "../service/types.ts";
import { moment, zoneName } from "../shell/moments.ts";
import { saying } from "../words/filled.ts";
import { integrity } from "../words/integrity.ts";
import { problemIn } from "../words/problems.ts";
import { proof } from "../words/proof.ts";
import { viewer } from "../words/viewer.ts";
import { el, inert, line, type Child } from "./dom.ts";
import { good, type Judged } from "./judge.ts";
import { verdictOf } from "./steps.ts";

export const WORDS = { ...proof, ...integrity, ...viewer };
export type Say = ReturnType<typeof saying<typeof WORDS>>;

export interface State {
  pack: PackData | null;
  /** Whether this browser has what a verification needs. */
  able: boolean;
  language: "en" | "zh";
  zone: "utc" | "local";
  /** The key in the field, and the one that was last verified by. */
  key: string;
  asked: string;
  /** As far as they are verified, in the order of the events. */
  judged: readonly Judged[];
  busy: boolean;
  trouble: string;
  /** What is unfolded. */
  open: Set<string>;
}

export interface Deeds {
  show: (change: Partial<State>) => void;
  verify: (key: string) => void;
}

const FIELD_MAX = 600;
const TEXT_MAX = 8000;
const NAME_MAX = 90;

export function draw(root: HTMLElement, state: State, deeds: Deeds): void {
  const say = saying(WORDS, state.language);
  document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
  const { pack } = state;
  const title = plain(pack?.title ?? "", 200) || say("viewer.untitled");
  document.title = `${title} · ActionTrail`;
  if (!pack) {
    root.replaceChildren(el("main", {}, tools(state, deeds, say), el("h1", {}, say("viewer.untitled")), el("p", { class: "banner bad", role: "alert" }, say("viewer.unreadable"))));
    return;
  }
  const more = (n: number): string => say("viewer.more", { n });
  root.replaceChildren(
    el("main", {},
      tools(state, deeds, say),
      el("h1", {}, el("bdi", {}, title)),
      el("p", { class: "faint" }, say("viewer.about", { account: plain(pack.account, 80), when: `${moment(pack.made, state.zone)} ${zoneName(state.zone)}`, who: plain(pack.by, 120) })),
      pack.summary ? el("div", { class: "summary" }, inert(pack.summary, TEXT_MAX, more)) : undefined,
      banner(state, pack, say),
      key(state, pack, deeds, say),
      el("h2", {}, say("viewer.events"), " ", el("small", { class: "faint" }, zoneName(state.zone))),
      el("ol", { class: "timeline" }, pack.events.map((one, at) => event(one, at, state, say, more))),
      left(pack, state, say, more),
      limits(pack, say),
    ),
  );
}

function tools(state: State, { show }: Deeds, say: Say): HTMLElement {
  const choice = (id: string, label: string, chosen: boolean, change: Partial<State>): HTMLElement =>
    el("button", { type: "button", id, "aria-pressed": String(chosen), click: () => show(change) }, label);
  return el("div", { class: "tools", role: "group", "aria-label": say("viewer.settings") },
    el("span", { role: "group", "aria-label": say("viewer.language") }, choice("en", "English", state.language === "en", { language: "en" }), choice("zh", "中文", state.language === "zh", { language: "zh" })),
    el("span", { role: "group", "aria-label": say("viewer.zone") }, choice("utc", say("viewer.utc"), state.zone === "utc", { zone: "utc" }), choice("local", say("viewer.local"), state.zone === "local", { zone: "local" })),
    el("button", { type: "button", id: "print", click: () => window.print() }, say("viewer.print")));
}

/** What became of the verification, in one sentence. */
function banner({ able, busy, judged, asked, trouble, language }: State, pack: PackData, say: Say): HTMLElement {
  const all = pack.events.length;
  const bad = judged.filter((one) => !good(one)).length;
  const told = (kind: string, text: string): HTMLElement => el("p", { class: `banner ${kind}`, role: "status", "data-verified": kind }, text);
  if (!able) return told("warn", say("viewer.cannot"));
  if (trouble) return told("bad", plain(problemIn(language, trouble), 600));
  if (all === 0) return told("warn", say("viewer.none"));
  if (busy || judged.length < all) return told("busy", say("viewer.verifying", { done: judged.length, all }));
  if (bad > 0) return told("bad", say("viewer.bad", { bad, all }));
  return told("good", say(asked === pack.log.vkey ? "viewer.good.own" : "viewer.good.given", { all }));
}

function key(state: State, pack: PackData, { verify }: Deeds, say: Say): HTMLElement {
  const own = state.key.trim() === pack.log.vkey;
  const field = el("input", { id: "key", value: state.key, spellcheck: "false", autocomplete: "off", "aria-describedby": "key-told", input: () => { state.key = field.value; } });
  const form = el("form", { class: "key", submit: (event) => { event.preventDefault(); verify(field.value); } },
    el("label", { for: "key" }, say("viewer.key")), field, el("button", { type: "submit", id: "verify", class: "primary" }, say("viewer.verify")));
  const told = state.asked === pack.log.vkey ? "viewer.key.own" : "viewer.key.other";
  return el("section", { "data-key": own ? "own" : "given" }, form, el("p", { id: "key-told", class: told === "viewer.key.own" ? "warn" : "faint" }, say(told)));
}

function event(packed: PackedEvent, at: number, state: State, say: Say, more: (n: number) => string): HTMLElement {
  const judged = state.judged[at];
  const shown = judged?.event ?? packed.event;
  const kind = !judged ? "open" : good(judged) ? "good" : "bad";
  const badge = el("span", { class: `badge ${kind}` }, say(kind === "good" ? "viewer.proved" : kind === "bad" ? "viewer.notProved" : "viewer.notLooked"));
  return el("li", { class: kind, "data-event": packed.id, "data-proved": kind },
    el("p", { class: "line" }, el("time", {}, moment(String(shown.eventTime), state.zone, true)), " ", told(shown, state.language), " ", badge),
    judged?.other ? el("p", { class: "bad" }, say("viewer.other", { id: plain(judged.other, 120) })) : undefined,
    packed.note ? el("div", { class: "note" }, el("strong", {}, say("viewer.note")), el("div", {}, inert(packed.note, TEXT_MAX, more))) : undefined,
    folded(state, `${at} fields`, say("viewer.fields"), false, el("p", { class: "faint" }, say(judged?.fromRecord ? "viewer.fields.record" : "viewer.fields.pack")), fields(shown, more)),
    judged ? folded(state, `${at} steps`, say("viewer.steps"), kind === "bad", verdictOf(judged.verdict, state.language, say)) : undefined,
    judged?.verdict.line !== undefined ? folded(state, `${at} record`, say("viewer.record"), false, el("pre", { tabindex: "0" }, inert(judged.verdict.line, TEXT_MAX, more))) : undefined,
    el("p", { class: "faint file" }, line(packed.file, 200)));
}

/** A part that is unfolded by hand, or from the beginning; as it was, when the page is drawn again. */
function folded(state: State, name: string, title: string, open: boolean, ...children: Child[]): HTMLElement {
  const flipped = state.open.has(name);
  const details = el("details", { id: `d-${name.replace(" ", "-")}`, open: open !== flipped }, el("summary", { id: `s-${name.replace(" ", "-")}` }, title), ...children);
  details.addEventListener("toggle", () => {
    if (details.open === open) state.open.delete(name);
    else state.open.add(name);
  });
  return details;
}

function told(event: AuditEvent, language: State["language"]): HTMLElement {
  const zh = language === "zh";
  try {
    return el("span", { class: "sentence" }, sentence(event, "", language).map(({ kind, text }, at) => {
      const shown = plain(String(text), NAME_MAX);
      const gap = kind === "error" ? (zh ? "，" : ", ") : at === 0 || (zh && shown.startsWith("，")) ? "" : " ";
      return [gap, kind === "word" ? shown : kind === "verb" ? el("strong", {}, shown) : el("bdi", { class: `s-${kind}` }, shown)];
    }));
  } catch {
    return el("span", { class: "sentence" }, line(String(event.eventName), NAME_MAX)); // fields of another kind than events have
  }
}

function fields(event: AuditEvent, more: (n: number) => string): HTMLElement {
  const rows = leaves(event).filter(([, value]) => value !== "");
  return el("div", { class: "scroll", tabindex: "0" }, el("table", {}, el("tbody", {}, rows.map(([path, value]) => el("tr", {}, el("th", { scope: "row" }, inert(path, 120, more)), el("td", {}, inert(value, FIELD_MAX, more)))))));
}

function left(pack: PackData, { language }: State, say: Say, more: (n: number) => string): HTMLElement | undefined {
  if (pack.left.length === 0) return undefined;
  return el("section", { class: "left" }, el("h2", {}, say("viewer.left")), el("ul", {}, pack.left.map(({ id, reason, problem, note }) => el("li", {},
    el("code", {}, line(id, 120)), ` ${REASONS[reason]?.[language === "zh" ? 1 : 0] ?? ""} `, problem ? el("span", { class: "faint" }, plain(problemIn(language, problem), 400)) : undefined,
    note ? el("div", { class: "note" }, inert(note, TEXT_MAX, more)) : undefined))));
}

function limits(pack: PackData, say: Say): HTMLElement {
  const example = pack.events[0]?.file ?? "evidence/….tlog-proof";
  const command = `actiontrail verify ${example} --key …`;
  return el("section", {}, el("h2", {}, say("viewer.limits")), el("ul", {},
    el("li", {}, say("viewer.limits.page", { command: plain(command, 200) })), el("li", {}, say("viewer.limits.notes")),
    el("li", {}, say("proof.notShown.1")), el("li", {}, say("proof.notShown.2")), el("li", {}, say("proof.notShown.3"))));
}
