// The service's own questions, by scene. Each has a blank for the value of every condition.
import { Answer } from "../../parts/Answer.tsx";
import { likelyChart, withBlanks } from "../../query/advanced.ts";
import { useAnswer } from "../../service/hooks.ts";
import { kept } from "../../service/kept.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { useSay } from "../../shell/words.ts";

export function Scenes({ chosen, choose, run }: { chosen: string; choose: (scene: string) => void; run: (question: string, chart: string) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const asked = useAnswer(`scenes${language}`, (signal) => kept.scenes(language, signal));
  return (
    <Answer asked={asked}>
      {({ scenes }) => {
        const scene = scenes.find((one) => one.token === chosen) ?? scenes[0];
        return (
          <>
            <div className="scene-names" role="radiogroup" aria-label={say("advanced.scenes")}>
              {scenes.map((one) => (
                <button key={one.id} type="button" role="radio" aria-checked={one === scene} className={one === scene ? "preset chosen" : "preset"} onClick={() => choose(one.token)}>{one.name}</button>
              ))}
            </div>
            {scene && (
              <>
                <p className="faint">{scene.about}</p>
                <div className="scenes">
                  {scene.templates.map((one) => (
                    <button key={one.id} type="button" className="scene" data-row data-deed="open" data-template={one.token} onClick={() => run(withBlanks(one.conditions, one.sql), likelyChart(one.sql))}>
                      <strong>{one.name}</strong>
                      <span>{one.about}</span>
                    </button>
                  ))}
                </div>
              </>
            )}
          </>
        );
      }}
    </Answer>
  );
}
