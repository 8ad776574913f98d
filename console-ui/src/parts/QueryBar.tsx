// The query: typed with completion of fields, of words, and of values as the service counts them; a mistake is shown at its place.
import { Button } from "antd";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { plain } from "../event/inert.ts";
import { COUNTED, FIELDS, KEYWORDS, placeAt, quoted, type Mistake } from "../query/language.ts";
import { service } from "../service/client.ts";
import { useSay } from "../shell/words.ts";

interface Option {
  text: string;
  note: string;
}

interface Props {
  value: string;
  run: (text: string) => void;
  mistake: Mistake | null;
  range: { start?: string; end?: string };
  loading: boolean;
}

const OPTIONS_MAX = 12;
const WAIT_MS = 120;

export function QueryBar({ value, run, mistake, range, loading }: Props) {
  const say = useSay();
  const [text, setText] = useState(value);
  const [options, setOptions] = useState<Option[]>([]);
  const [chosen, setChosen] = useState(-1);
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  const asked = useRef<AbortController | null>(null);
  useEffect(() => setText(value), [value]);

  const suggest = (typed: string, cursor: number) => {
    asked.current?.abort();
    const place = placeAt(typed, cursor);
    setChosen(-1);
    if (place.kind === "field") {
      const start = place.written.toLowerCase();
      const names = [...FIELDS, ...KEYWORDS].filter((name) => start !== "" && name.toLowerCase().includes(start) && name !== place.written);
      names.sort((one, other) => Number(other.toLowerCase().startsWith(start)) - Number(one.toLowerCase().startsWith(start)));
      setOptions(names.slice(0, OPTIONS_MAX).map((name) => ({ text: KEYWORDS.includes(name) || name.endsWith(".") ? name : `${name}: `, note: "" })));
      return;
    }
    if (!COUNTED.has(place.field)) {
      setOptions([]);
      return;
    }
    const control = new AbortController();
    asked.current = control;
    window.setTimeout(() => {
      if (control.signal.aborted) return;
      service
        .facets({ query: "", ...range, fields: place.field, top: 200 }, control.signal)
        .then(({ facets }) => {
          const start = place.written.toLowerCase().replace(/\*$/, "");
          const values = (facets[place.field] ?? []).filter((one) => one.value !== "" && one.value.toLowerCase().includes(start));
          setOptions(values.slice(0, OPTIONS_MAX).map((one) => ({ text: `${/^[\w.*-]+$/.test(one.value) ? one.value : quoted(one.value)} `, note: String(one.count) })));
        })
        .catch(() => undefined);
    }, WAIT_MS);
  };

  const take = (option: Option) => {
    const cursor = field.current?.selectionStart ?? text.length;
    const place = placeAt(text, cursor);
    const next = text.slice(0, place.from) + option.text + text.slice(cursor);
    const at = place.from + option.text.length;
    setText(next);
    setOptions([]);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
      if (option.text.endsWith(": ")) suggest(next, at);
    });
  };

  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const open = options.length > 0;
    if (event.key === "ArrowDown" && open) {
      event.preventDefault();
      setChosen((chosen + 1) % options.length);
    } else if (event.key === "ArrowUp" && open) {
      event.preventDefault();
      setChosen((chosen - 1 + options.length) % options.length);
    } else if ((event.key === "Tab" || event.key === "Enter") && open && chosen >= 0) {
      event.preventDefault();
      take(options[chosen] as Option);
    } else if (event.key === "Enter") {
      setOptions([]);
      asked.current?.abort();
      run(text);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setOptions([]);
    } else if (event.key === "Escape") field.current?.blur();
  };

  return (
    <div className="query">
      <div className="query-line">
        <div className="query-field">
          <input
            ref={field}
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
            onBlur={() => window.setTimeout(() => setOptions([]), 150)}
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
      {mistake && (
        <pre className="mistake" role="alert">
          {text.split("\n")[mistake.line - 1] ?? ""}
          {"\n"}
          {" ".repeat(Math.max(mistake.column - 1, 0))}^ {plain(mistake.what, 300)}
        </pre>
      )}
    </div>
  );
}
