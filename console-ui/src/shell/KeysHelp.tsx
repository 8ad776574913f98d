// `?`: which key does what.
import { Dialog } from "../parts/Dialog.tsx";
import { PAGES } from "./Frame.tsx";
import { useSay, type Word } from "./words.ts";

type Key = [string, Word];

// What holds everywhere, and then what a page adds. Where two pages have one key, it does the like on both.
const EVERYWHERE: Key[] = [
  ["Ctrl K / ⌘ K", "keys.palette"], ["?", "keys.help"], ["c", "keys.copy"], ["u", "keys.back"], ["t", "keys.theme"], ["i", "keys.language"], ["z", "keys.zone"], ["Esc", "keys.closeAll"],
];
const EVENTS: Key[] = [
  ["/", "keys.search"], ["↓ / Tab", "keys.complete"], ["r", "keys.again"], ["d", "keys.range"], [", . + −", "keys.brush"], ["x", "keys.clear"], ["m", "keys.facets"], ["Enter", "keys.include"], ["Alt Enter", "keys.exclude"],
  ["j", "keys.next"], ["k", "keys.previous"], ["o", "keys.open"], ["[ ]", "keys.tabs"], ["a", "keys.around"], ["p", "keys.pin"], ["b", "keys.pins"], ["h", "keys.reads"], ["f", "keys.fold"],
  ["n", "keys.order"], ["v", "keys.columns"], ["q", "keys.saved"], ["y", "keys.copyAs"], ["e", "keys.export"], ["l", "keys.live"], ["Space", "keys.pause"], ["s", "keys.sql"],
];
const QUERIES: Key[] = [["/", "keys.query"], ["r", "keys.run"], ["Ctrl Enter", "keys.run"], ["1 … 5", "keys.charts"], ["w", "keys.keep"], ["m", "keys.begin"]];

const TRAIL_KEYS: [string, Word][] = [
  ["n", "trails.key.new"], ["j k", "trails.key.next"], ["o", "trails.key.open"], ["r", "trails.key.refresh"], ["e", "trails.key.edit"], ["w", "trails.key.switch"],
  ["b", "trails.key.backfill"], ["v", "trails.key.verify"], ["y", "trails.key.volume"], ["x", "trails.key.delete"], ["Ctrl Enter", "trails.key.save"], ["Esc", "trails.cancel"],
];

export default function KeysHelp({ close }: { close: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say("keys.title")} close={close} className="wide-dialog">
      <dl className="keys">
        {EVERYWHERE.map(([key, word]) => <Line key={key} name={key} word={word} />)}
        {PAGES.map((page) => (
          <div key={page.key}><dt><kbd>g</kbd> <kbd>{page.key}</kbd></dt><dd>{say("keys.goto", { page: say(page.word) })}</dd></div>
        ))}
      </dl>
      <h3>{say("nav.events")}</h3>
      <dl className="keys">{EVENTS.map(([key, word]) => <Line key={key} name={key} word={word} />)}</dl>
      <h3>{say("nav.advanced")}</h3>
      <dl className="keys">{QUERIES.map(([key, word]) => <Line key={key} name={key} word={word} />)}</dl>
      <h3>{say("trails.title")}</h3>
      <dl className="keys">
        {TRAIL_KEYS.map(([key, word]) => <Line key={key} name={key} word={word} />)}
      </dl>
    </Dialog>
  );
}

function Line({ name, word }: { name: string; word: Word }) {
  const say = useSay();
  return <div><dt><kbd>{name}</kbd></dt><dd>{say(word)}</dd></div>;
}
