// Everything in sight that can be acted on, found by what it is, and not by a list that a page would have to keep.
//
// What another thing covers is not in sight: so a dialog, a menu or a question hides what lies under it.

const ROLES = ["button", "link", "tab", "option", "switch", "checkbox", "radio", "menuitem", "menuitemcheckbox", "menuitemradio", "combobox", "textbox", "slider", "spinbutton", "treeitem"];
const CONTROLS = ["a[href]", "button", "input:not([type=hidden])", "select", "textarea", "summary", "[contenteditable=true]", ...ROLES.map((role) => `[role=${role}]`)].join(",");
/** What opens over the page and is answered before the page is gone on with. The last in the document is on top. */
const OVER = "dialog:modal, .ant-modal-wrap, .ant-popover:not(.ant-tooltip), .ant-dropdown, .ant-select-dropdown";
const OFF = ":disabled, [aria-disabled=true], [inert], [inert] *";
const SPLIT = 3;

export interface Target {
  element: HTMLElement;
  /** What is seen of it: a label stands for a box that is drawn over. */
  seen: Element;
  corner: { x: number; y: number };
}

/** The part of the page that is on top: a dialog, a menu, a question; else all of it. */
export function onTop(): HTMLElement {
  const over = [...document.querySelectorAll<HTMLElement>(OVER)].filter((one) => one.checkVisibility({ visibilityProperty: true }) && inSight(one));
  return over.at(-1) ?? document.body;
}

function inSight(element: Element): boolean {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
}

export function targets(root: HTMLElement = onTop()): Target[] {
  const found = new Map<HTMLElement, Target>();
  for (const element of root.querySelectorAll<HTMLElement>("*")) {
    if (!(element.matches(CONTROLS) || scrolls(element) || pointed(element)) || element.matches(OFF)) continue;
    const seen = seenOf(element);
    const corner = cornerOf(seen);
    if (corner) found.set(element, { element, seen, corner });
  }
  // What the page itself is about comes first: it has the short codes, and the frame around it keys of its own.
  const rank = ({ element }: Target): number => (element.closest("#content, dialog") || root !== document.body ? 0 : 1);
  return [...found.values()].sort((one, other) => rank(one) - rank(other));
}

/** What the keys can only scroll: worth a letter where there is something to scroll. */
function scrolls(element: HTMLElement): boolean {
  return element.matches("[tabindex]") && element.tabIndex >= 0 && (element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1);
}

/** Whatever shows the hand over itself is pressed by somebody, however it is made. */
function pointed(element: HTMLElement): boolean {
  if (getComputedStyle(element).cursor !== "pointer" || element.matches("label")) return false;
  const parent = element.parentElement;
  if (parent && getComputedStyle(parent).cursor === "pointer") return false;
  return !element.closest(CONTROLS) && !element.querySelector(CONTROLS);
}

/** A box that is drawn by something else is seen as that. */
function seenOf(element: HTMLElement): Element {
  if (!(element instanceof HTMLInputElement)) return element;
  const box = element.getBoundingClientRect();
  if (box.width > 2 && box.height > 2 && getComputedStyle(element).opacity !== "0") return element;
  return element.closest("label, .ant-select") ?? element.labels?.[0] ?? element;
}

/** Where its visible part begins; nothing if none of it can be seen. */
export function cornerOf(seen: Element): { x: number; y: number } | null {
  if (!seen.checkVisibility({ visibilityProperty: true })) return null;
  for (const box of seen.getClientRects()) {
    const [left, top, right, bottom] = [Math.max(box.left, 0), Math.max(box.top, 0), Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)];
    if (right - left < 2 || bottom - top < 2) continue;
    for (let across = 0; across <= SPLIT; across += 1)
      for (let down = 0; down <= SPLIT; down += 1) {
        const x = left + 1 + ((right - left - 2) * across) / SPLIT;
        const y = top + 1 + ((bottom - top - 2) * down) / SPLIT;
        const hit = document.elementFromPoint(x, y);
        if (hit && seen.contains(hit)) return { x: across === 0 ? left : x, y: down <= 1 ? top : y }; // a round corner is no hole
      }
  }
  return null;
}

/** What it is called, as a screen reader would say it. */
export function nameOf(element: HTMLElement): string {
  const labelled = element.getAttribute("aria-labelledby")?.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement ? [...(element.labels ?? [])].map((one) => own(one)).join(" ") : "";
  const text = element.getAttribute("aria-label") || labelled || labels || (element.matches("input, select, textarea") ? "" : element.textContent) || element.getAttribute("title") || element.getAttribute("placeholder") || "";
  return text.replace(/\s+/g, " ").trim();
}

/** A label's words, without what stands in the field that it labels. */
function own(label: HTMLElement): string {
  const copy = label.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("input, select, textarea").forEach((one) => one.remove());
  return copy.textContent ?? "";
}
