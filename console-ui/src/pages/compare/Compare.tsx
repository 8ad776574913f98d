// Two beside each other: two events, two periods of one question, two actors. What is compared is in the address, whole.
import { Button } from "antd";
import { useCallback, useMemo, useState } from "react";
import { comparePath, KINDS, read, spansOf, write, type CompareState } from "../../query/compare.ts";
import { iso } from "../../query/range.ts";
import { useKeys } from "../../shell/keys.ts";
import { go, here, useRoute } from "../../shell/route.ts";
import { through } from "../../shell/rows.ts";
import { useSay } from "../../shell/words.ts";
import { useZone } from "../events/zone.ts";
import { Sides } from "./Sides.tsx";
import { TwoEvents } from "./TwoEvents.tsx";
import "./compare.css";

export type SetCompare = (change: Partial<CompareState>, replace?: boolean) => void;

export default function Compare() {
  const say = useSay();
  const { search } = useRoute();
  const state = useMemo(() => read(search), [search]);
  const set: SetCompare = useCallback((change, replace = false) => go(comparePath({ ...read(here().search), ...change }), replace), []);
  useZone(state.tz, useCallback((tz: string) => set({ tz }, true), [set]));
  // "Now" stands still while a comparison is looked at, and moves when it is asked again.
  const [turn, setTurn] = useState(0);
  const fixed = `${write({ ...state, tz: "" })} ${turn}`;
  const now = useMemo(() => Date.now(), [fixed]);
  const choose = (of: CompareState["of"]) => of !== state.of && set({ of, a: "", b: "" });
  useKeys("compare", {
    ...through(".compare a.step"),
    kinds: (at) => choose(KINDS[at] ?? "periods"),
    swap: () => set(swapped(state, now)),
    again: () => setTurn((old) => old + 1),
    search: () => document.querySelector<HTMLElement>("#query, .compare-heads input")?.focus(),
  });
  return (
    <main className="page compare">
      <div className="head-line">
        <h1>{say("compare.title")}</h1>
        <div className="modes" role="radiogroup" aria-label={say("compare.kind")}>
          {KINDS.map((of, at) => (
            <button key={of} type="button" role="radio" aria-checked={state.of === of} title={String(at + 1)} className={state.of === of ? "mode chosen" : "mode"} onClick={() => choose(of)}>{say(`compare.${of}`)}</button>
          ))}
        </div>
        <span className="grow" />
        <Button size="small" title="w" onClick={() => set(swapped(state, now))}>⇄ {say("compare.swap")}</Button>
      </div>
      {state.of === "events" ? <TwoEvents state={state} set={set} turn={turn} /> : <Sides state={state} set={set} now={now} again={() => setTurn((old) => old + 1)} />}
    </main>
  );
}

/** A becomes B and B becomes A: periods, too, are then what they were, whatever they were called. */
function swapped(state: CompareState, now: number): Partial<CompareState> {
  if (state.of !== "periods") return { a: state.b, b: state.a };
  const { a, b } = spansOf(state, now);
  if (!a || !b) return {};
  const range = ({ from, to }: { from: number; to: number }) => ({ from: iso(from), to: iso(to) });
  return { range: range(b), against: "own", other: range(a) };
}
