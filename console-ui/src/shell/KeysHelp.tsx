// `?`: which key does what.
import { Dialog } from "../parts/Dialog.tsx";
import { PAGES } from "./Frame.tsx";
import { useSay, type Word } from "./words.ts";

const KEYS: [string, Word][] = [
  ["Ctrl K / ⌘ K", "keys.palette"], ["?", "keys.help"], ["/", "keys.search"], ["j", "keys.next"], ["k", "keys.previous"], ["o", "keys.open"],
  ["p", "keys.pin"], ["a", "keys.around"], ["h", "keys.reads"], ["l", "keys.live"], ["s", "keys.sql"], ["e", "keys.export"], ["c", "keys.copy"],
  ["u", "keys.back"], ["t", "keys.theme"], ["i", "keys.language"], ["z", "keys.zone"], ["Esc", "keys.closeAll"],
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
    </Dialog>
  );
}
