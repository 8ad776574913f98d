// What a trail delivered over time, drawn by hand; the same as a table for those who read it so.
import { Segmented } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Card } from "../../parts/Lines.tsx";
import { useAnswer } from "../../service/hooks.ts";
import { trails, type Volume } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { moment } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { cutOf, RANGES, size, summed, type RangeName } from "./figures.ts";

const WIDTH = 1000;
const HEIGHT = 150;

export function VolumeCard({ name, turn }: { name: string; turn: number }) {
  const say = useSay();
  const [range, setRange] = useState<RangeName>("24h");
  const asked = useAnswer(`volume${name}${range}${turn}`, (signal) => trails.volume(name, cutOf(range, Date.now()), signal));
  useKeys("trail.volume", { range: () => setRange(RANGES[(RANGES.indexOf(range) + 1) % RANGES.length] ?? "24h") });
  return (
    <Card title={say("trails.volume")} wide
      more={<Segmented<RangeName> aria-label={say("trails.volume")} size="small" value={range} onChange={setRange} options={RANGES.map((one) => ({ value: one, label: say(`trails.volume.${one}`), title: "y" }))} />}>
      <Answer asked={asked} lines={3}>{(found) => <Chart volume={found} />}</Answer>
    </Card>
  );
}

function Chart({ volume }: { volume: Volume }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const [over, setOver] = useState<number | null>(null);
  const delivered = summed(volume.delivered, volume.bytes.length);
  const failed = summed(volume.failed, volume.bytes.length);
  const most = Math.max(...delivered, ...failed, 1);
  const total = delivered.reduce((sum, one) => sum + one, 0);
  const lost = failed.reduce((sum, one) => sum + one, 0);
  const bytes = volume.bytes.reduce((sum, one) => sum + one, 0);
  const start = Date.parse(volume.start);
  const at = (place: number): string => moment(start + place * volume.period * 1000, zone).slice(0, 16);
  const text = say("trails.volume.sum", { n: count(total, language), size: size(bytes) });
  const step = WIDTH / Math.max(delivered.length, 1);
  return (
    <>
      <p className="events-bar"><strong data-delivered={total}>{text}</strong>{lost > 0 && <span className="bad">{say("trails.volume.failed", { n: count(lost, language) })}</span>}{total === 0 && <span className="faint">{say("trails.volume.empty")}</span>}</p>
      <div className="volume">
        <span className="volume-most" aria-hidden="true">{count(most, language)}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${say("trails.volume")}: ${text}`} onPointerLeave={() => setOver(null)}>
          {[0.25, 0.5, 0.75].map((line) => <line key={line} className="rule" x1={0} x2={WIDTH} y1={HEIGHT * line} y2={HEIGHT * line} />)}
          {delivered.map((value, place) => {
            const tall = value ? Math.max((value / most) * (HEIGHT - 6), 2) : 0;
            const bad = failed[place] ?? 0;
            const red = bad ? Math.max((bad / most) * (HEIGHT - 6), 2) : 0;
            return (
              <g key={place} onPointerEnter={() => setOver(place)}>
                <rect className="ground" x={place * step} width={step} y={0} height={HEIGHT} />
                <rect className={over === place ? "bar over" : "bar"} x={place * step + step * 0.1} width={Math.max(step * 0.8, 1)} y={HEIGHT - tall} height={tall} rx={1} />
                {red > 0 && <rect className="bar failed" x={place * step + step * 0.35} width={Math.max(step * 0.3, 1)} y={HEIGHT - red} height={red} rx={1} />}
              </g>
            );
          })}
        </svg>
        <div className="histogram-ends">
          <span>{at(0)}</span>
          <span className="told">{over === null ? "" : `${at(over)} · ${say("trails.volume.sum", { n: count(delivered[over] ?? 0, language), size: size(volume.bytes[over] ?? 0) })}`}</span>
          <span>{at(delivered.length)}</span>
        </div>
      </div>
      {total > 0 && (
        <details>
          <summary>{say("trails.volume.table")}</summary>
          <table className="plain">
            <thead><tr><th scope="col">{say("trails.volume.when")}</th><th scope="col">{say("trails.volume.events")}</th><th scope="col">{say("trails.check.failed")}</th><th scope="col">B</th></tr></thead>
            <tbody>
              {delivered.map((value, place) => ({ value, place })).filter(({ value, place }) => value || failed[place]).map(({ value, place }) => (
                <tr key={place}><td>{at(place)}</td><td>{count(value, language)}</td><td>{count(failed[place] ?? 0, language)}</td><td>{size(volume.bytes[place] ?? 0)}</td></tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  );
}
