// A verification in the viewer, step by step, with the values each step worked on: the console's words.
import { plain } from "../event/inert.ts";
import type { StepName, Verdict } from "../proof/evidence.ts";
import { remedy } from "../proof/remedies.ts";
import { FACTS } from "../words/integrity.ts";
import { problemIn } from "../words/problems.ts";
import { el } from "./dom.ts";
import type { Say, WORDS } from "./page.ts";

export function verdictOf(verdict: Verdict, language: "en" | "zh", say: Say): HTMLElement {
  const failed = verdict.steps.find((step) => !step.holds);
  const sum = failed
    ? say("proof.bad", { why: plain(problemIn(language, failed.facts.problem ?? ""), 600) })
    : say("proof.ok", { index: verdict.index ?? "", origin: plain(verdict.checkpoint?.origin ?? "", 200) });
  return el("div", { class: "verdict", "data-holds": String(verdict.holds) },
    el("p", { class: failed ? "bad" : "good" }, sum),
    failed ? el("p", {}, say(remedy(failed.name))) : undefined,
    el("ol", { class: "steps" }, verdict.steps.map((step) => el("li", { class: step.holds ? "holds" : "fails", "data-step": step.name },
      el("span", { class: step.holds ? "good" : "bad", "aria-hidden": "true" }, step.holds ? "✓" : "✗"),
      el("div", {}, el("strong", {}, say(`proof.step.${step.name}` as `proof.step.${StepName}` & keyof typeof WORDS)),
        el("dl", {}, Object.entries(step.facts).map(([name, value]) => [
          el("dt", {}, FACTS[name]?.[language === "zh" ? 1 : 0] ?? name),
          el("dd", {}, name === "problem" ? el("span", { class: "bad" }, plain(problemIn(language, value), 600)) : el("code", {}, plain(value, 400))),
        ]))))),
    ));
}
