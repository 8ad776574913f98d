// `?`: which key does what. What holds on this page comes first, and is asked of the page itself.
import { useState } from "react";
import { Dialog } from "../parts/Dialog.tsx";
import { PAGES } from "./Frame.tsx";
import { placesHere } from "./keys.ts";
import { deedsOf, FIELDS, keycap, keysOf, SHEETS, wordOf, type Place } from "./keytable.ts";
import { usePreferences } from "./preferences.ts";
import { useSay, type Word } from "./words.ts";

export default function KeysHelp({ close }: { close: () => void }) {
  const say = useSay();
  const { letters } = usePreferences();
  const [here] = useState(placesHere);
  const mine = SHEETS.filter(([, places]) => places.some((place) => here.has(place) && place !== "result")).slice(0, 1);
  const others = SHEETS.filter((sheet) => !mine.includes(sheet));
  return (
    <Dialog title={say("keys.title")} close={close} className="wide-dialog">
      {!letters && <p className="warn">{say("keys.off")}</p>}
      {mine.map(([page, places]) => (
        <section key={page} data-keys="here">
          <h3>{say("keys.here")}: {say(page)}</h3>
          <Sheet page={page} places={places.filter((place) => here.has(place))} />
        </section>
      ))}
      <section data-keys="everywhere">
        <h3>{say("keys.all")}</h3>
        <dl className="keys">
          <Deeds place="hints" /><Deeds place="everywhere" /><Fields page="" />
          {PAGES.map((page) => <Line key={page.key} keys={[`g ${page.key}`]} text={say("keys.goto", { page: say(page.word) })} />)}
        </dl>
      </section>
      <details>
        <summary>{say("keys.others")}</summary>
        {others.map(([page, places]) => <section key={page}><h3>{say(page)}</h3><Sheet page={page} places={places} /></section>)}
      </details>
    </Dialog>
  );
}

function Sheet({ page, places }: { page: Word; places: readonly Place[] }) {
  return <dl className="keys">{places.map((place) => <Deeds key={place} place={place} />)}<Fields page={page} /></dl>;
}

function Deeds({ place }: { place: Place }) {
  const say = useSay();
  return deedsOf(place).map(([deed, told]) => <Line key={deed} keys={keysOf(told)} text={say(wordOf(told))} />);
}

/** What a field of its own binds. */
function Fields({ page }: { page: Word | "" }) {
  const say = useSay();
  return FIELDS.filter(([where]) => where === page).map(([, key, word]) => <div key={key} data-field><dt><kbd>{key}</kbd></dt><dd>{say(word)}</dd></div>);
}

const SOME = 3;

function Line({ keys, text }: { keys: readonly string[]; text: string }) {
  const many = keys.length > SOME;
  const shown = many ? [keys[0] ?? "", keys.at(-1) ?? ""] : keys;
  return (
    <div data-bound={JSON.stringify(keys)}>
      <dt>{shown.map((key, at) => <span key={key}>{at > 0 && (many ? " … " : " ")}{keycap(key).split(/(?<=^g) /).map((part) => <kbd key={part}>{part}</kbd>)}</span>)}</dt><dd>{text}</dd>
    </div>
  );
}
