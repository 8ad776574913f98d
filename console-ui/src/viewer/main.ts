// The viewer inside an evidence pack: one page that asks nobody, shows the case, and verifies every event of it itself.
import "./viewer.css";
import { trusting } from "../proof/handover.ts";
import type { PackData } from "../pack/types.ts";
import { judge, packIn, type Judged } from "./judge.ts";
import { draw, type State } from "./page.ts";

const root = document.getElementById("root") as HTMLElement;
const pack = packIn(document.getElementById("pack")?.textContent ?? "");
const able = Boolean(globalThis.crypto?.subtle) && typeof DecompressionStream === "function";

const state: State = {
  pack, able, language: navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en", zone: "utc",
  key: pack?.log.vkey ?? "", asked: pack?.log.vkey ?? "", judged: [], busy: false, trouble: "", open: new Set(),
};
let turn = 0;

function show(change: Partial<State> = {}): void {
  Object.assign(state, change);
  const focus = document.activeElement?.id;
  const [x, y] = [window.scrollX, window.scrollY];
  draw(root, state, { show, verify: (key) => void verify(state.pack, key) });
  if (focus) document.getElementById(focus)?.focus();
  window.scrollTo(x, y);
}

async function verify(of: PackData | null, key: string): Promise<void> {
  if (!of || !able) return;
  const mine = ++turn;
  show({ key, asked: key.trim(), judged: [], busy: true, trouble: "" });
  try {
    const whom = await trusting(key, of.log.vkey, of.log.handovers).catch(() => ({ vkey: key, handovers: [] })); // a key that is none fails at its step
    const judged: Judged[] = [];
    for (const one of of.events) {
      judged.push(await judge(one, whom));
      if (mine !== turn) return;
      show({ judged: [...judged] });
    }
    show({ busy: false });
  } catch (error) {
    if (mine === turn) show({ busy: false, trouble: error instanceof Error ? error.message : String(error) });
  }
}

// On paper nothing is folded.
const folded: HTMLDetailsElement[] = [];
window.addEventListener("beforeprint", () => {
  folded.push(...document.querySelectorAll<HTMLDetailsElement>("details:not([open])"));
  for (const one of folded) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of folded.splice(0)) one.open = false;
});

show();
void verify(pack, state.key);
