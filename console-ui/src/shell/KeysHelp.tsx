// `?`: which key does what.
import { Dialog } from "../parts/Dialog.tsx";
import { PAGES } from "./Frame.tsx";
import { useSay, type Word } from "./words.ts";

const KEYS: [string, Word][] = [
  ["Ctrl K / ⌘ K", "keys.palette"], ["?", "keys.help"], ["/", "keys.search"], ["j", "keys.next"], ["k", "keys.previous"], ["o", "keys.open"],
  ["p", "keys.pin"], ["a", "keys.around"], ["h", "keys.reads"], ["l", "keys.live"], ["s", "keys.sql"], ["e", "keys.export"], ["c", "keys.copy"],
  ["u", "keys.back"], ["t", "keys.theme"], ["i", "keys.language"], ["z", "keys.zone"], ["Esc", "keys.closeAll"],
];

const TRAIL_KEYS: [string, Word][] = [
  ["n", "trails.key.new"], ["j k", "trails.key.next"], ["o", "trails.key.open"], ["r", "trails.key.refresh"], ["e", "trails.key.edit"], ["w", "trails.key.switch"],
  ["b", "trails.key.backfill"], ["v", "trails.key.verify"], ["y", "trails.key.volume"], ["x", "trails.key.delete"], ["Ctrl Enter", "trails.key.save"], ["Esc", "trails.cancel"],
];

export default function KeysHelp({ close }: { close: () => void }) {
  const say = useSay();
  return (
    <Dialog title={say("keys.title")} close={close}>
      <dl className="keys">
        {KEYS.map(([key, word]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{say(word)}</dd></div>
        ))}
        {PAGES.map((page) => (
          <div key={page.key}><dt><kbd>g</kbd> <kbd>{page.key}</kbd></dt><dd>{say("keys.goto", { page: say(page.word) })}</dd></div>
        ))}
      </dl>
      <h3>{say("trails.title")}</h3>
      <dl className="keys">
        {TRAIL_KEYS.map(([key, word]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{say(word)}</dd></div>
        ))}
      </dl>
    </Dialog>
  );
}
