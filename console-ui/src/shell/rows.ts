// Going through the rows of a page by keys: the one that has the focus is the one that is meant.

const ROWS = "#content [data-row]";
let last = { page: "", at: -1 };

function all(rows: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(rows)].filter((one) => one.checkVisibility());
}

export function chosen(rows = ROWS): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>(rows) ?? null;
}

/** To the next row, or another number of rows on. Where a row went away, to the one that took its place. */
export function step(by: number, rows = ROWS): void {
  const found = all(rows);
  if (found.length === 0) return;
  const now = chosen(rows);
  const before = now ? found.indexOf(now) : -1;
  const gone = last.page === window.location.hash && last.at >= 0 ? last.at - (by > 0 ? 1 : 0) : -1;
  const at = Math.min(Math.max((before >= 0 ? before : gone) + by, 0), found.length - 1);
  last = { page: window.location.hash, at };
  found[at]?.focus();
}

/** Press what does `deed` in the chosen row; false if there is none. */
export function deed(name: string, rows = ROWS): boolean {
  const row = chosen(rows);
  const there = row?.matches(name === "open" ? "a, [data-deed=open]" : `[data-deed=${name}]`) ? row : row?.querySelector<HTMLElement>(`[data-deed=${name}]`);
  there?.click();
  return Boolean(there);
}

/** `j`, `k` and `o` over what `rows` chooses. */
export function through(rows = ROWS) {
  return { next: () => step(1, rows), previous: () => step(-1, rows), open: () => deed("open", rows) };
}

/** To the next list of the page, or to the one before: to its first row, or to what makes one. */
export function stepList(by: number): void {
  const lists = all("#content [data-list]");
  const now = document.activeElement?.closest("[data-list]");
  const at = now ? lists.indexOf(now as HTMLElement) : by > 0 ? -1 : 1;
  const list = lists[Math.min(Math.max(at + by, 0), lists.length - 1)];
  const first = list?.querySelector<HTMLElement>("[data-row]") ?? list?.querySelector<HTMLElement>("[data-new]");
  first?.focus();
  list?.scrollIntoView({ block: "nearest" });
}

/** To what makes a new row: in the list that is being gone through, else in the page's first. */
export function make(): void {
  const field = document.activeElement?.closest("[data-list]")?.querySelector<HTMLElement>("[data-new]") ?? document.querySelector<HTMLElement>("#content [data-new]");
  if (field?.matches("summary")) field.click();
  else field?.focus();
}
