// Tabs, all of them in sight: where they do not fit beside each other they go on in the next line.
//
// The pattern is that of the ARIA Authoring Practices: Tab goes to the tab that is chosen and then into its panel, arrows go from tab to tab.
import { useId, type KeyboardEvent, type ReactNode } from "react";

export interface TabItem {
  key: string;
  label: string;
  children: ReactNode;
}

export function Tabs({ items, active, choose, label, small = false }: { items: readonly TabItem[]; active: string; choose: (key: string) => void; label: string; small?: boolean }) {
  const id = useId();
  const at = Math.max(0, items.findIndex((one) => one.key === active));
  const moved = (event: KeyboardEvent<HTMLDivElement>) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    const item = to === undefined ? undefined : items[(to + items.length) % items.length];
    if (!item || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    choose(item.key);
    document.getElementById(`${id}-tab-${item.key}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} className={small ? "tabs small" : "tabs"} onKeyDown={moved}>
        {items.map(({ key, label: name }, index) => (
          <button key={key} type="button" role="tab" id={`${id}-tab-${key}`} aria-controls={`${id}-panel`} aria-selected={index === at} tabIndex={index === at ? 0 : -1} onClick={() => choose(key)}>{name}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${items[at]?.key}`} key={items[at]?.key}>{items[at]?.children}</div>
    </>
  );
}
