// The chips of a search: each can be removed, or turned to its opposite.
import { plain } from "../../event/inert.ts";
import type { Chip } from "../../query/language.ts";
import { useSay } from "../../shell/words.ts";

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
        const text = chip.value === "" ? say("events.facetsEmpty") : plain(chip.value, 80);
        return (
          <li key={`${chip.field}=${chip.value}`} className={chip.not ? "chip not" : "chip"}>
            <button type="button" onClick={() => flip(chip)} title={chip.not ? say("events.include", { field: chip.field, value: text }) : say("events.exclude", { field: chip.field, value: text })}>
              {chip.not ? "≠" : "="} <span className="chip-field">{chip.field}</span> <bdi>{text}</bdi>
            </button>
            <button type="button" className="chip-remove" aria-label={say("events.removeChip", { chip: `${chip.field} ${text}` })} onClick={() => remove(chip)}>×</button>
          </li>
        );
      })}
      <li><button type="button" className="link" onClick={clear}>{say("events.clear")}</button></li>
    </ul>
  );
}
