// The one door to the service: its public REST interface, with the session's cookie.
//
// Every call takes an AbortSignal, and every failure is a `Failure` that says what happened and what to do.
import type { Proved } from "../proof/receiptfile.ts";
import type { Consistency, Facets, Found, Histogram, Page, Question, Rows, Seen, Session } from "./types.ts";

/** A call that was not answered as hoped. `status` 0 means that the service was not reached. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId = "",
    readonly retryAfter = 0,
  ) {
    super(message);
    this.name = "Failure";
  }
}

let csrf = "";

/** The look at a page that a call belongs to: what one look asks is one event of the record. */
let look = newLook();
if (typeof window !== "undefined") window.addEventListener("hashchange", () => { look = newLook(); });

function newLook(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let onSignedOut: () => void = () => undefined;
let usedAt = Date.now();

/** When the service last answered this page, in Unix milliseconds: a session that nobody uses ends. */
export const lastUsed = (): number => usedAt;

export function rememberToken(token: string): void {
  csrf = token;
}

/** `then` is called when the service no longer knows the session. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", "x-actiontrail-look": look };
  if (method !== "GET") headers["x-actiontrail-csrf"] = csrf;
  if (body !== undefined) headers["content-type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal,
      cache: "no-store",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure(0, "Unreachable", "The service did not answer.");
  }
  if (!response.ok) throw await failure(response, path);
  usedAt = Date.now();
  return response;
}

async function failure(response: Response, path: string): Promise<Failure> {
  const text = await response.text().catch(() => "");
  let said: Record<string, unknown> = {};
  try {
    said = JSON.parse(text) as Record<string, unknown>;
  } catch {
    said = { Message: text.slice(0, 500) };
  }
  if (response.status === 401 && !path.startsWith("/v1/session")) onSignedOut();
  return new Failure(
    response.status,
    String(said.Code ?? said.code ?? response.status),
    [said.Detail ?? said.Message ?? said.message ?? response.statusText, missingRight(said)].filter(Boolean).join(" "),
    String(said.RequestId ?? said.requestId ?? ""),
    Number(response.headers.get("retry-after") ?? 0),
  );
}

/** Which right was missing, where the service says so. */
function missingRight(said: Record<string, unknown>): string {
  const detail = said.AccessDeniedDetail;
  if (typeof detail !== "object" || detail === null) return "";
  const { AuthAction: action, AuthPrincipalDisplayName: who } = detail as Record<string, unknown>;
  return action ? `${String(action)}${who ? ` (${String(who)})` : ""}` : "";
}

export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal);
  const text = await response.text();
  return (text ? JSON.parse(text) : {}) as T;
}

export const service = {
  session: (signal?: AbortSignal) => ask<Session>("GET", "/v1/session", undefined, signal),
  signIn: (credentials: { user: string; password: string; totp?: string }) =>
    ask<Session>("POST", "/v1/session", credentials),
  signOut: () => ask<unknown>("DELETE", "/v1/session"),
  search: (
    question: Question & { limit?: number; order?: "newest" | "oldest"; token?: string },
    signal?: AbortSignal,
  ) => ask<Page>("POST", "/v1/search", question, signal),
  facets: (question: Question & { fields: string; top?: number }, signal?: AbortSignal) =>
    ask<Facets>("POST", "/v1/facets", question, signal),
  histogram: (question: Question & { buckets?: number }, signal?: AbortSignal) =>
    ask<Histogram>("POST", "/v1/histogram", question, signal),
  sql: (question: Question & { remember?: boolean; view?: string }, signal?: AbortSignal) => ask<Rows>("POST", "/v1/sql", question, signal),
  event: (id: string, signal?: AbortSignal) =>
    ask<{ event: Found; seen: Seen }>("GET", `/v1/events/${encodeURIComponent(id)}`, undefined, signal),
  proof: async (id: string, signal?: AbortSignal): Promise<Uint8Array> =>
    new Uint8Array(
      await (await send("GET", `/v1/proof/${encodeURIComponent(id)}`, undefined, signal)).arrayBuffer(),
    ),
  /** The proof that the log of the size `size`, or of now, begins with the one of the size `old`. */
  consistency: (old: number, signal?: AbortSignal, size?: number) =>
    ask<Consistency>("GET", `/v1/consistency?old=${old}${size === undefined ? "" : `&new=${size}`}`, undefined, signal),
  /** The records from `index` on, and the proof that the log of `size` holds them. */
  run: (index: number, count: number, size: number, signal?: AbortSignal) =>
    ask<Proved>("GET", `/v1/proofs?index=${index}&count=${count}&size=${size}`, undefined, signal),
  checkpoint: async (signal?: AbortSignal): Promise<string> =>
    (await send("GET", "/log/checkpoint", undefined, signal)).text(),
  vkey: async (signal?: AbortSignal): Promise<string> =>
    (await (await send("GET", "/log/vkey", undefined, signal)).text()).trim(),
  /** The hand-overs of the log's key, oldest first. */
  handovers: async (signal?: AbortSignal): Promise<string[]> => {
    const { handovers } = await ask<{ handovers?: unknown }>("GET", "/log/handover", undefined, signal);
    return Array.isArray(handovers) ? handovers.map(String) : [];
  },
};
