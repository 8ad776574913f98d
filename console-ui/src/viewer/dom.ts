// Elements of the viewer's page. Whatever comes from a pack goes in as text, never as markup.
import { cut, pieces, plain } from "../event/inert.ts";

type Attribute = string | boolean | undefined | ((event: Event) => void);
export type Child = Node | string | undefined | readonly Child[];

/** An element; what is a function listens to the event of that name. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, Attribute> = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (typeof value === "string") element.setAttribute(name, value);
  }
  add(element, children);
  return element;
}

function add(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) add(element, child as readonly Child[]);
    else if (child !== undefined) element.append(child as Node | string);
  }
}

/** One plain line. */
export const line = (text: string, most = 300): HTMLElement => el("bdi", {}, plain(text, most));

/** Text on its own lines, each invisible character by its code; what is long is cut, with a way to all of it. */
export function inert(text: string, most: number, more: (length: number) => string): HTMLElement {
  const shown = (whole: string): Child[] => pieces(whole).map((piece) => (piece.hidden ? el("code", { class: "hidden-char" }, piece.text) : piece.text));
  const element = el("bdi", { class: "inert" }, shown(cut(text, most)));
  if (text.length > most) {
    const button = el("button", { type: "button", class: "link", click: () => element.replaceChildren(...(shown(text) as (Node | string)[])) }, more(text.length));
    element.append(button);
  }
  return element;
}
