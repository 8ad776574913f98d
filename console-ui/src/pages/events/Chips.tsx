// The chips of a search: each can be removed, or turned to its opposite.
import { plain } from "../../event/inert.ts";
import type { Chip } from "../../query/language.ts";
import { SORT, sortParts } from "../../query/similar.ts";
import { useSay, type Say } from "../../shell/words.ts";

interface Props {
  chips: readonly Chip[];
  remove: (chip: Chip) => void;
  flip: (chip: Chip) => void;
  clear: () => void;
}

export function Chips({ chips, remove, flip, clear }: Props) {
  const say = useSay();
  if (chips.length === 0) return null;
  return (
    <ul className="chips">
      {chips.map((chip) => {
        const { field, text } = told(chip, say);
        return (
          <li key={`${chip.field}=${chip.value}`} className={chip.not ? "chip not" : "chip"}>
            <button type="button" onClick={() => flip(chip)} title={chip.not ? say("events.include", { field, value: text }) : say("events.exclude", { field, value: text })}>
              {chip.not ? "≠" : "="} <span className="chip-field">{field}</span> <bdi>{text}</bdi>
            </button>
            <button type="button" className="chip-remove" aria-label={say("events.removeChip", { chip: `${field} ${text}` })} onClick={() => remove(chip)}>×</button>
          </li>
        );
      })}
      <li><button type="button" className="link" onClick={clear}>{say("events.clear")}</button></li>
    </ul>
  );
}

/** What a chip says, in words. */
export function told(chip: Chip, say: Say): { field: string; text: string } {
  if (chip.field === SORT) {
    const { service, name } = sortParts(chip.value);
    return { field: say("similar.sort"), text: plain([service, name].filter(Boolean).join(" "), 80) || say("events.facetsEmpty") };
  }
  return { field: chip.field, text: chip.value === "" ? say("events.facetsEmpty") : plain(chip.value, 80) };
}
