// Where we are: the part of the address behind `#`. The browser's own history is ours: back is undo.
//
// Behind the `#` nothing is sent to the service: what an investigator looks for is in nobody's access log.
import { useSyncExternalStore } from "react";

export interface Route {
  path: string;
  search: string;
  parts: string[];
}

export function parseHash(hash: string): Route {
  const text = hash.replace(/^#/, "") || "/";
  const at = text.indexOf("?");
  const path = at < 0 ? text : text.slice(0, at);
  const parts = path.split("/").filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return { path, search: at < 0 ? "" : text.slice(at + 1), parts };
}

let now = "";
let route = parseHash("");

/** Where we are now, which may be a moment ahead of what is drawn. */
export const here = (): Route => current();

function current(): Route {
  const hash = window.location.hash;
  if (hash !== now) {
    now = hash;
    route = parseHash(hash);
  }
  return route;
}

function subscribe(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  window.addEventListener("popstate", changed);
  return () => {
    window.removeEventListener("hashchange", changed);
    window.removeEventListener("popstate", changed);
  };
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}

/** Go to `path`; with `replace`, without a step of the history. */
export function go(path: string, replace = false): void {
  if (`#${path}` === window.location.hash) return;
  if (replace) {
    window.history.replaceState(null, "", `#${path}`);
    window.dispatchEvent(new PopStateEvent("popstate"));
  } else window.location.hash = path;
}

export function eventsLink(state: { q?: string; f?: [string, string][]; x?: [string, string][]; from?: string; to?: string; reads?: string; open?: string }): string {
  const out = new URLSearchParams();
  if (state.q) out.set("q", state.q);
  for (const [field, value] of state.f ?? []) out.append("f", `${field}=${value}`);
  for (const [field, value] of state.x ?? []) out.append("x", `${field}=${value}`);
  if (state.from !== undefined) out.set("from", state.from);
  if (state.to !== undefined) out.set("to", state.to);
  if (state.reads) out.set("reads", state.reads);
  if (state.open) out.set("open", state.open);
  return `/events?${out.toString()}`;
}
