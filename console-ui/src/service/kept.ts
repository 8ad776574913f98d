// Questions that are kept: what the account saved, what it asked, and the scenes that come with the service.
import { ask } from "./client.ts";
import type { components } from "./openapi.d.ts";

type Answers = components["schemas"];
export type KeptQuery = Answers["QueryShown"];
export type QueryRun = Answers["QueryRun"];
export type SceneTemplate = Answers["TemplateShown"];
export type Scene = Answers["SceneShown"];

const one = (id: string): string => `/v1/queries/${encodeURIComponent(id)}`;

export const kept = {
  queries: (signal?: AbortSignal) => ask<Answers["QueriesAnswer"]>("GET", "/v1/queries", undefined, signal),
  keep: (query: Answers["QueryAsk"]) => ask<Answers["QueryAnswer"]>("POST", "/v1/queries", query),
  change: (id: string, change: Answers["QueryChange"]) => ask<Answers["QueryAnswer"]>("PATCH", one(id), change),
  drop: (id: string) => ask<Answers["QueryGone"]>("DELETE", one(id)),
  history: (signal?: AbortSignal) => ask<Answers["HistoryAnswer"]>("GET", "/v1/query-history", undefined, signal),
  forget: (id: string) => ask<Answers["QueryGone"]>("DELETE", `/v1/query-history/${encodeURIComponent(id)}`),
  scenes: (language: "en" | "zh", signal?: AbortSignal) =>
    ask<Answers["ScenesAnswer"]>("GET", `/v1/scenes?language=${language === "zh" ? "zh-CN" : "en"}`, undefined, signal),
};
