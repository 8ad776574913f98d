// Events over time, drawn by hand: small, fast, and a range can be brushed out of it.
import { memo, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent as Pointer } from "react";
import type { Histogram as Data } from "../service/types.ts";
import { bars, HEIGHT, highest, WIDTH, type Marks } from "./bars.ts";
import { moment } from "../shell/moments.ts";
import { usePreferences } from "../shell/preferences.ts";
import { count, useSay } from "../shell/words.ts";

export const Histogram = memo(function Histogram({ data, from, to, choose, marks = {} }: { data: Data; from: number; to: number; choose: (from: number, to: number) => void; marks?: Marks }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const most = marks.most ? (marks.most * data.stepSeconds) / 60 : highest(data, marks.levels);
  const drawn = useMemo(() => bars(data, from, to, most), [data, from, to, most]);
  const frame = useRef<SVGSVGElement>(null);
  const [brush, setBrush] = useState<[number, number] | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const step = data.stepSeconds * 1000;

  const timeAt = (event: Pointer): number => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || box.width === 0) return from;
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return from + share * (to - from);
  };
  const finish = () => {
    if (brush) {
      const low = Math.min(...brush);
      const high = Math.max(...brush);
      const wide = high - low > (to - from) / 200;
      const start = wide ? Math.floor(low / step) * step : Math.floor(low / step) * step;
      choose(start, wide ? Math.ceil(high / step) * step : start + step);
    }
    setBrush(null);
  };
  const told = over === null ? null : drawn.find((bar) => over >= bar.start && over < bar.start + step);
  // By keys: from bar to bar with the arrows, more of them with Shift, and Enter chooses.
  const onKey = (event: KeyboardEvent) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (way && drawn.length > 0) {
      const held = brush ? brush[1] : over;
      const now = held === null ? -1 : drawn.findIndex((bar) => held >= bar.start && held < bar.start + step);
      const next = drawn[now < 0 ? (way > 0 ? 0 : drawn.length - 1) : Math.min(Math.max(now + way, 0), drawn.length - 1)]?.start ?? from;
      setBrush(event.shiftKey ? [brush ? brush[0] : (held ?? next), next] : null);
      setOver(next);
    } else if (event.key === "Enter" && (brush || told)) {
      const [low, high] = brush ? [Math.min(...brush), Math.max(...brush)] : [told?.start ?? from, told?.start ?? from];
      setBrush(null);
      choose(low, high + step);
    } else if (event.key === "Escape" && (brush || told)) {
      setBrush(null);
      setOver(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const place = (at: number): number => ((at - from) / Math.max(to - from, 1)) * WIDTH;
  return (
    <div className="histogram">
      <svg
        ref={frame}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="slider"
        tabIndex={0}
        aria-label={`${say("events.histogram")} ${say("events.total", { n: count(data.total, language) })}`}
        aria-valuemin={0}
        aria-valuemax={Math.max(drawn.length - 1, 0)}
        aria-valuenow={told ? drawn.indexOf(told) : 0}
        aria-valuetext={told ? say("events.histogram.bar", { n: count(told.events, language), when: moment(told.start, zone) }) : say("keys.bars")}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush([timeAt(event), timeAt(event)]);
        }}
        onPointerMove={(event) => {
          const at = timeAt(event);
          setOver(at);
          setBrush((old) => (old ? [old[0], at] : null));
        }}
        onPointerUp={finish}
        onPointerCancel={() => setBrush(null)}
        onPointerLeave={() => setOver(null)}
      >
        {marks.band && <rect className="band" x={place(marks.band[0])} width={Math.max(place(marks.band[1]) - place(marks.band[0]), 3)} y={0} height={HEIGHT} />}
        {drawn.map((bar) => (
          <rect key={bar.start} className={told === bar ? "bar over" : "bar"} x={bar.x} width={bar.width} y={HEIGHT - bar.height} height={bar.height} rx={1} />
        ))}
        {marks.levels?.map((one) => {
          const y = HEIGHT - Math.max(((one.perMinute * data.stepSeconds) / 60 / most) * (HEIGHT - 6), 1);
          return <line key={one.kind} className={`level ${one.kind}`} x1={0} x2={WIDTH} y1={y} y2={y} vectorEffect="non-scaling-stroke"><title>{one.name}</title></line>;
        })}
        {brush && <rect className="brush" x={place(Math.min(...brush))} width={Math.abs(place(brush[1]) - place(brush[0]))} y={0} height={HEIGHT} />}
      </svg>
      <div className="histogram-ends">
        <span>{moment(from, zone).slice(0, 16)}</span>
        <span className="told" aria-live="off">
          {told ? say("events.histogram.bar", { n: count(told.events, language), when: moment(told.start, zone) }) : ""}
        </span>
        <span>{moment(to, zone).slice(0, 16)}</span>
      </div>
    </div>
  );
});
