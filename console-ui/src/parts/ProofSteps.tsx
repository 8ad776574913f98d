// A verification, step by step, with the values each step worked on.
import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Alert } from "antd";
import { plain } from "../event/inert.ts";
import { toHex } from "../proof/bytes.ts";
import type { StepName, Verdict } from "../proof/evidence.ts";
import { useSay, type Word } from "../shell/words.ts";

export function ProofSteps({ verdict }: { verdict: Verdict }) {
  const say = useSay();
  const failed = verdict.steps.find((step) => !step.holds);
  return (
    <section className="verdict" data-holds={verdict.holds}>
      <Alert
        showIcon
        type={verdict.holds ? "success" : "error"}
        title={
          verdict.holds && verdict.receipt
            ? say(verdict.receipt.compared ? "proof.receipt.compared" : verdict.receipt.looked > 0 ? "proof.receipt.looked" : "proof.receipt", { events: verdict.receipt.events, looked: verdict.receipt.looked, origin: plain(verdict.checkpoint?.origin ?? "", 200) })
            : verdict.holds && verdict.grown
            ? say("proof.grown", { ...verdict.grown, origin: plain(verdict.checkpoint?.origin ?? "", 200) })
            : verdict.holds
            ? say("proof.ok", { index: verdict.index ?? "", origin: verdict.checkpoint?.origin ?? "" })
            : say("proof.bad", { why: plain(failed?.facts.problem ?? "", 400) })
        }
      />
      <ol className="steps">
        {verdict.steps.map((step) => (
          <li key={step.name} className={step.holds ? "holds" : "fails"}>
            {step.holds ? <CheckCircleFilled className="good" /> : <CloseCircleFilled className="bad" />}
            <div>
              <strong>{say(`proof.step.${step.name}` as `proof.step.${StepName}` & Word)}</strong>
              <dl>
                {Object.entries(step.facts).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd><code>{plain(value, 400)}</code></dd>
                  </div>
                ))}
              </dl>
              {step.name === "path" && verdict.rungs.length > 0 && (
                <details>
                  <summary>{say("proof.path")}</summary>
                  <ol className="rungs">
                    {verdict.rungs.map((rung, at) => (
                      <li key={at}>
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
