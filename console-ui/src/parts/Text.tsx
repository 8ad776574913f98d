// Text of events, shown inert: hidden characters by their codes, long values cut with a way to see the rest.
import { useState } from "react";
import { cut, pieces, SHOWN_MAX } from "../event/inert.ts";
import { count, useSay } from "../shell/words.ts";
import { usePreferences } from "../shell/preferences.ts";

/** `from`: where what is shown of a long text begins, if not with its beginning. */
export function Inert({ text, most = SHOWN_MAX, more = true, from = 0 }: { text: string; most?: number; more?: boolean; from?: number }) {
  const say = useSay();
  const { language } = usePreferences();
  const [whole, setWhole] = useState(false);
  const wanted = text.length > most ? Math.max(0, Math.min(from, text.length - most)) : 0;
  const begin = /[\udc00-\udfff]/.test(text[wanted] ?? "") ? wanted + 1 : wanted; // never inside a character
  const shown = whole ? text : begin > 0 ? `…${cut(text.slice(begin), most)}` : cut(text, most);
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
