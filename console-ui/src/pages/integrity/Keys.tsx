// The keys of the log, from the first to the one in force: each hand-over that the service shows, verified here.
import { Alert } from "antd";
import { Answer } from "../../parts/Answer.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Steps } from "../../parts/ProofSteps.tsx";
import { plain } from "../../event/inert.ts";
import { led } from "../../proof/consistency.ts";
import { failed, type Step } from "../../proof/evidence.ts";
import { BadHandover, inOrder, told, type Handover } from "../../proof/handover.ts";
import { useAnswer, type Asked } from "../../service/hooks.ts";
import { ledBefore } from "../../service/trust.ts";
import type { Seen } from "../../service/visit.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { useSay } from "../../shell/words.ts";
import { problemIn } from "../../words/problems.ts";

/** Each hand-over as a step, up to the first that is bad. */
async function succession({ trust }: Seen): Promise<Step[]> {
  const found: Handover[] = [];
  const bad: Step[] = [];
  try {
    await inOrder(trust.handovers, found);
    await led(trust, trust.shown);
  } catch (error) {
    if (!(error instanceof BadHandover)) throw error;
    bad.push(failed("handover", error));
  }
  return [...found.map((one, at) => told(one, at + 1)), ...bad];
}

export function Keys({ asked }: { asked: Asked<Seen> }) {
  const say = useSay();
  const { language } = usePreferences();
  const seen = asked.data;
  const steps = useAnswer(seen && !asked.loading ? `keys ${seen.trust.vkey} ${seen.trust.shown} ${seen.trust.handovers.join("")}` : "", () => succession(seen as Seen));
  return (
    <Card wide title={say("proof.keys")}>
      <Answer asked={steps}>
        {(all) => {
          const bad = all.find((step) => !step.holds);
          return (
            <div data-keys={bad ? "broken" : all.length}>
              {bad ? <Alert type="error" showIcon title={say("proof.keys.broken", { why: plain(problemIn(language, bad.facts.problem ?? ""), 600) })} /> : <p className="faint">{say(all.length > 0 ? "proof.keys.some" : "proof.keys.one", { n: all.length })}</p>}
              <Steps steps={all} />
              {ledBefore().map((one) => (
                <p key={one.at + one.new} className="faint"><Moment at={one.at} /> {say("proof.keys.led")} <code>{plain(one.old, 400)}</code> → <code>{plain(one.new, 400)}</code></p>
              ))}
            </div>
          );
        }}
      </Answer>
    </Card>
  );
}
