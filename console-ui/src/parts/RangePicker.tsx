// The range of time: the usual spans by one click, or two moments to type, in the zone of the header.
import { Button, Popover } from "antd";
import { memo, useRef, useState } from "react";
import { jump, toNow } from "../query/jump.ts";
import { iso, momentOf, PRESETS, type Range } from "../query/range.ts";
import { fromInput, moment, toInput, zoneName, type Zone } from "../shell/moments.ts";
import { usePreferences } from "../shell/preferences.ts";
import { useSay, type Say } from "../shell/words.ts";

export function rangeText(range: Range, say: Say, zone: Zone): string {
  if (!range.from && (range.to === "now" || !range.to)) return say("range.all");
  const relative = /^-(\d+)([mhd])$/.exec(range.from);
  if (relative && range.to === "now") {
    const unit = relative[2] === "m" ? "unit.m" : relative[2] === "h" ? "unit.h" : "unit.d";
    return say("range.last", { n: say(unit, { n: relative[1] ?? "" }) });
  }
  const end = (text: string) => (text === "now" || !text ? "…" : /^-/.test(text) ? text : moment(text, zone));
  return `${end(range.from)} – ${end(range.to)}`;
}

/** Open the page's range, as a press on it does. */
export const openRange = () => document.querySelector<HTMLElement>(".range-button")?.click();

export const RangePicker = memo(function RangePicker({ range, choose }: { range: Range; choose: (range: Range) => void }) {
  const say = useSay();
  const { zone } = usePreferences();
  const [open, setOpen] = useState(false);
  const now = Date.now();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [there, setThere] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const show = (opening: boolean) => {
    setThere("");
    setWrong(false);
    if (opening) {
      setFrom(toInput(momentOf(range.from, now) ?? now - 7 * 86_400_000, zone));
      setTo(range.to === "now" || !range.to ? "" : toInput(momentOf(range.to, now) ?? now, zone));
    }
    setOpen(opening);
  };
  const take = (next: Range) => {
    choose(next);
    setOpen(false);
  };
  const leap = () => {
    const next = jump(there, range, Date.now(), zone);
    setWrong(next === null);
    if (next) take(next);
  };
  const form = (
    <div className="range-forms">
      <form className="jump-form" onSubmit={(event) => { event.preventDefault(); leap(); }}>
        <label>
          {say("jump.to")} ({zoneName(zone)})
          <span className="jump-line">
            <input ref={field} type="text" value={there} maxLength={60} spellCheck={false} autoComplete="off" placeholder="7:30 · -2h · 2026-01-31 23:59" aria-invalid={wrong} aria-describedby="jump-hint" onChange={(event) => { setThere(event.target.value); setWrong(false); }} />
            <Button htmlType="submit">{say("jump.go")}</Button>
            <Button onClick={() => take(toNow(range, Date.now()))}>{say("jump.now")}</Button>
          </span>
        </label>
        <p id="jump-hint" className={wrong ? "bad" : "faint"} role={wrong ? "alert" : undefined}>{say(wrong ? "jump.wrong" : "jump.hint")}</p>
      </form>
      <form
        className="range-form"
        onSubmit={(event) => {
          event.preventDefault();
          const start = fromInput(from, zone);
          const end = to ? fromInput(to, zone) : null;
          if (!Number.isNaN(start)) take({ from: iso(start), to: end === null || Number.isNaN(end) ? "now" : iso(end) });
        }}
      >
        <div className="presets">
          {PRESETS.map((preset) => (
            <button key={preset} type="button" className={range.from === preset && range.to === "now" ? "preset chosen" : "preset"} onClick={() => take({ from: preset, to: "now" })}>
              {rangeText({ from: preset, to: "now" }, say, zone)}
            </button>
          ))}
        </div>
        <label>
          {say("range.from")} ({zoneName(zone)})
          <input type="datetime-local" step={1} value={from} onChange={(event) => setFrom(event.target.value)} />
        </label>
        <label>
          {say("range.to")} ({zoneName(zone)})
          <input type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.target.value)} />
        </label>
        <Button htmlType="submit" type="primary">{say("range.apply")}</Button>
      </form>
    </div>
  );
  return (
    <Popover content={form} trigger="click" open={open} onOpenChange={show} afterOpenChange={(opened) => opened && field.current?.focus()} destroyOnHidden placement="bottomRight">
      <Button aria-label={`${say("range.title")}: ${rangeText(range, say, zone)}`} aria-expanded={open} className="range-button">
        {rangeText(range, say, zone)} ▾
      </Button>
    </Popover>
  );
});
