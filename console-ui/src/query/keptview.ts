// Where a kept question is opened: with the view that a page left with it, or as a page shows any question. Pure.
import type { KeptQuery } from "../service/kept.ts";

type Page = "events" | "advanced";
const MARK = /^(events|advanced)\?/;

/** What a page writes as the view of what it keeps. */
export function viewFor(page: Page, search: string): string {
  return `${page}?${search}`;
}

/** The part behind the `?` of the page's address that shows `kept`. A view of another page is not this page's. */
export function viewOf(kept: Pick<KeptQuery, "id" | "query" | "view">, page: Page): string {
  const own = kept.view.startsWith(`${page}?`);
  const given = new URLSearchParams(own ? kept.view.replace(MARK, "") : "");
  if (page === "advanced") {
    given.set("q", kept.query);
    given.set("kept", kept.id);
    return given.toString();
  }
  if (own) return given.toString();
  const bar = barAt(kept.query);
  const selector = (bar < 0 ? kept.query : kept.query.slice(0, bar)).trim();
  if (selector && selector !== "*") given.set("q", selector);
  if (bar >= 0 && kept.query.slice(bar + 1).trim()) {
    given.set("mode", "sql");
    given.set("sql", kept.query.slice(bar + 1).trim());
  }
  return given.toString();
}

export function keptPath(kept: Pick<KeptQuery, "id" | "query" | "view">): string {
  return `/events?${viewOf(kept, "events")}`;
}

/** Where the bar stands that ends the selector; -1 if there is none. */
export function barAt(query: string): number {
  for (const piece of query.matchAll(/"(?:[^"\\]|\\.)*"?|(?<![^\s:=(])'(?:[^'\\]|\\.)*'|\|/g)) if (piece[0] === "|") return piece.index;
  return -1;
}
