// Text of events, shown inert: hidden characters by their codes, long values cut with a way to see the rest.
import { useState } from "react";
import { cut, pieces, SHOWN_MAX } from "../event/inert.ts";
import { count, useSay } from "../shell/words.ts";
import { usePreferences } from "../shell/preferences.ts";

export function Inert({ text, most = SHOWN_MAX, more = true }: { text: string; most?: number; more?: boolean }) {
  const say = useSay();
  const { language } = usePreferences();
  const [whole, setWhole] = useState(false);
  const shown = whole ? text : cut(text, most);
  return (
    <bdi className="inert">
      {pieces(shown).map((piece, at) =>
        piece.hidden ? (
          <code key={at} className="hidden-char" title={say("inert.hidden")}>
            {piece.text}
          </code>
        ) : (
          piece.text
        ),
      )}
      {more && !whole && text.length > most && (
        <button type="button" className="link" onClick={() => setWhole(true)}>
          {say("inert.more", { n: count(text.length, language) })}
        </button>
      )}
    </bdi>
  );
}
