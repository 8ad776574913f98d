// The query: typed with completion of fields, of words, and of values as the service counts them; a mistake is shown at its place.
import { Button } from "antd";
import { memo, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import { masked, plain } from "../event/inert.ts";
import { KEYWORDS, placeAt, quoted, type Mistake } from "../query/language.ts";
import type { Failure } from "../service/client.ts";
import { pages } from "../service/pages.ts";
import { useSay } from "../shell/words.ts";
import { MistakeAt, wrongLength } from "./Mistake.tsx";

interface Option {
  text: string;
  note: string;
}

interface Props {
  value: string;
  run: (text: string) => void;
  mistake: Mistake | null;
  failure: Failure | undefined;
  range: { start?: string; end?: string };
  loading: boolean;
}

const OPTIONS_MAX = 12;
const WAIT_MS = 120;
const PREFIX_MAX = 256;
const NAMES_MAX = 100;
const OBJECT = /^(requestParameters|responseElements|additionalEventData|eventAttributes|userIdentity\.sessionContext|referencedResources)\./;

export const QueryBar = memo(function QueryBar({ value, run, mistake, failure, range, loading }: Props) {
  const say = useSay();
  const [text, setText] = useState(value);
  const [options, setOptions] = useState<Option[]>([]);
  const [chosen, setChosen] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const list = useId();
  const asked = useRef<AbortController | null>(null);
  useEffect(() => setText(value), [value]);
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    const control = new AbortController();
    pages.suggest("", "", {}, NAMES_MAX, control.signal).then(({ proposals }) => setNames(proposals.map((one) => one.text))).catch(() => undefined); // names are proposed later, then
    return () => control.abort();
  }, []);

  const shown = useRef<Option[]>([]);
  shown.current = options;
  /** Other proposals, with the same one meant as before: an answer that comes late chooses nothing for anybody. */
  const propose = (next: Option[]) => {
    const before = shown.current;
    setChosen((old) => (old < 0 ? -1 : next.findIndex((one) => one.text === before[old]?.text)));
    setOptions(next);
  };
  /** No proposals, and none that are still on their way. */
  const close = () => {
    asked.current?.abort();
    setChosen(-1);
    setOptions([]);
  };

  const suggest = (typed: string, cursor: number, wanted = false) => {
    asked.current?.abort();
    const place = placeAt(typed, cursor);
    setChosen(-1);
    if (place.kind === "field" && !place.written && !wanted) {
      setOptions([]);
      return;
    }
    const start = place.written.replace(/\*$/, "").toLowerCase();
    const words = place.kind === "field" && start ? KEYWORDS.filter((word) => word.startsWith(start) && word !== start) : [];
    if (place.kind === "field" && names.length > 0 && !OBJECT.test(place.written)) {
      // What is known is proposed at once: who types fast must not be left behind.
      const holding = names.filter((name) => name.toLowerCase().includes(start) && name !== place.written);
      holding.sort((one, other) => Number(other.toLowerCase().startsWith(start)) - Number(one.toLowerCase().startsWith(start)));
      setOptions([...words.map((word) => ({ text: `${word} `, note: "" })), ...holding.map((name) => ({ text: `${name}: `, note: "" }))].slice(0, OPTIONS_MAX));
      return;
    }
    const control = new AbortController();
    asked.current = control;
    window.setTimeout(() => {
      if (control.signal.aborted) return;
      pages
        .suggest(place.kind === "value" ? place.field : "", place.written.replace(/\*$/, "").slice(0, PREFIX_MAX), range, OPTIONS_MAX, control.signal)
        .then(({ of, proposals }) => {
          const texts = proposals.filter((one) => one.text !== place.written || of === "values").map((one) => ({
            text: of === "fields" ? `${one.text}: ` : `${/^[\w.*-]+$/.test(one.text) ? one.text : quoted(one.text)} `,
            note: one.count > 0 ? String(one.count) : "",
          }));
          if (!control.signal.aborted) propose([...words.map((word) => ({ text: `${word} `, note: "" })), ...texts].slice(0, OPTIONS_MAX));
        })
        .catch(() => !control.signal.aborted && propose([])); // a field that there is not has no values
    }, WAIT_MS);
  };

  const take = (option: Option) => {
    const cursor = field.current?.selectionStart ?? text.length;
    const place = placeAt(text, cursor);
    const next = text.slice(0, place.from) + option.text + text.slice(cursor);
    const at = place.from + option.text.length;
    // At once, so that what is typed next comes behind it.
    flushSync(() => {
      setText(next);
      close();
    });
    field.current?.focus();
    field.current?.setSelectionRange(at, at);
    if (option.text.endsWith(": ")) suggest(next, at);
  };

  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const open = options.length > 0;
    if (event.key === "ArrowDown" && open) {
      event.preventDefault();
      setChosen((chosen + 1) % options.length);
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      suggest(text, event.currentTarget.selectionStart ?? text.length, true);
    } else if (event.key === "ArrowUp" && open) {
      event.preventDefault();
      setChosen((chosen - 1 + options.length) % options.length);
    } else if ((event.key === "Tab" || event.key === "Enter") && open && chosen >= 0) {
      event.preventDefault();
      take(options[chosen] as Option);
    } else if (event.key === "Enter") {
      close();
      run(text);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    } else if (event.key === "Escape") field.current?.blur();
  };

  return (
    <div className="query">
      <div className="query-line">
        <div className="query-field">
          {mistake && text === value && (
            <div className="query-mirror" aria-hidden ref={mirror}>
              {masked(text.slice(0, mistake.column - 1))}<mark>{masked(text.slice(mistake.column - 1, mistake.column - 1 + wrongLength(text, mistake.column - 1))) || " "}</mark>
            </div>
          )}
          <input
            ref={field}
            onScroll={(event) => mirror.current && (mirror.current.scrollLeft = event.currentTarget.scrollLeft)}
            id="query"
            type="text"
            role="combobox"
            aria-expanded={options.length > 0}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={chosen >= 0 ? `${list}-${chosen}` : undefined}
            aria-label={say("events.ask")}
            aria-invalid={mistake !== null}
            placeholder={say("events.ask")}
            value={text}
            spellCheck={false}
            autoComplete="off"
            onChange={(event) => {
              setText(event.target.value);
              suggest(event.target.value, event.target.selectionStart ?? event.target.value.length);
            }}
            onKeyDown={onKey}
            onBlur={() => window.setTimeout(() => document.activeElement !== field.current && close(), 150)}
          />
          <ul id={list} role="listbox" aria-label={say("complete.fields")} className="options" hidden={options.length === 0}>
            {options.map((option, at) => (
              <li key={option.text} id={`${list}-${at}`} role="option" aria-selected={at === chosen} onMouseDown={(event) => { event.preventDefault(); take(option); }}>
                <bdi>{plain(option.text, 100)}</bdi>
                <span className="number">{option.note}</span>
              </li>
            ))}
          </ul>
        </div>
        <Button type="primary" loading={loading} onClick={() => run(text)}>{say("events.run")}</Button>
      </div>
      {mistake && failure && <MistakeAt text={value} mistake={mistake} failure={failure} />}
    </div>
  );
});
