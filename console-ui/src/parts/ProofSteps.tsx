// A verification, step by step, with the values each step worked on.
import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Alert } from "antd";
import { plain } from "../event/inert.ts";
import { toHex } from "../proof/bytes.ts";
import type { Step, StepName, Verdict } from "../proof/evidence.ts";
import type { Rung } from "../proof/merkle.ts";
import { remedy } from "../proof/remedies.ts";
import { usePreferences } from "../shell/preferences.ts";
import { useSay, type Word } from "../shell/words.ts";
import { FACTS } from "../words/integrity.ts";
import { problemIn } from "../words/problems.ts";

export function ProofSteps({ verdict }: { verdict: Verdict }) {
  const say = useSay();
  const { language } = usePreferences();
  const failed = verdict.steps.find((step) => !step.holds);
  return (
    <section className="verdict" data-holds={verdict.holds}>
      <Alert
        showIcon
        type={verdict.holds ? "success" : "error"}
        title={
          verdict.holds && verdict.receipt
            ? say(verdict.receipt.compared ? "proof.receipt.compared" : "proof.receipt.looked", { events: verdict.receipt.events, looked: verdict.receipt.looked, origin: plain(verdict.checkpoint?.origin ?? "", 200) })
            : verdict.holds && verdict.grown
            ? say("proof.grown", { ...verdict.grown, origin: plain(verdict.checkpoint?.origin ?? "", 200) })
            : verdict.holds
            ? say("proof.ok", { index: verdict.index ?? "", origin: verdict.checkpoint?.origin ?? "" })
            : say("proof.bad", { why: plain(problemIn(language, failed?.facts.problem ?? ""), 600) })
        }
        description={failed && say(remedy(failed.name))}
      />
      <Steps steps={verdict.steps} rungs={verdict.rungs} />
      {verdict.holds && (
        <details className="not-shown">
          <summary>{say("proof.notShown")}</summary>
          <ul>
            <li>{say("proof.notShown.1")}</li>
            <li>{say("proof.notShown.2")}</li>
            <li>{say("proof.notShown.3")}</li>
          </ul>
        </details>
      )}
    </section>
  );
}

/** What was checked, one by one, with the values. */
export function Steps({ steps, rungs = [] }: { steps: readonly Step[]; rungs?: readonly Rung[] }) {
  const say = useSay();
  const { language } = usePreferences();
  return (
    <ol className="steps">
      {steps.map((step, at) => (
        <li key={at} className={step.holds ? "holds" : "fails"} data-step={step.name}>
          {step.holds ? <CheckCircleFilled className="good" /> : <CloseCircleFilled className="bad" />}
          <div>
            <strong>{say(`proof.step.${step.name}` as `proof.step.${StepName}` & Word)}</strong>
            <dl>
              {Object.entries(step.facts).map(([name, value]) => (
                <div key={name}>
                  <dt>{FACTS[name]?.[language === "zh" ? 1 : 0] ?? name}</dt>
                  <dd>{name === "problem" ? <span className="bad">{plain(problemIn(language, value), 600)}</span> : <code>{plain(value, 400)}</code>}</dd>
                </div>
              ))}
            </dl>
            {step.name === "path" && rungs.length > 0 && (
              <details>
                <summary>{say("proof.path")}</summary>
                <ol className="rungs">
                  {rungs.map((rung, number) => (
                    <li key={number}>
                      <code>
                        {rung.side === "left" ? `H(${toHex(rung.sibling).slice(0, 16)}…, ·)` : `H(·, ${toHex(rung.sibling).slice(0, 16)}…)`} = {toHex(rung.node).slice(0, 32)}…
                      </code>
                    </li>
                  ))}
                </ol>
              </details>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
