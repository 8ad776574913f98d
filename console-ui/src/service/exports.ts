// Exports of any size: the service writes them to files, counts and hashes them; the browser fetches them by itself.
import { ask } from "./client.ts";
import type { components } from "./openapi.d.ts";

type Answers = components["schemas"];
export type Export = Answers["ExportShown"];
export type ExportAsk = Partial<Answers["WholeExportAsk"]>;

const one = (id: string): string => `/v1/exports/${encodeURIComponent(id)}`;

export const exports = {
  begin: (question: ExportAsk) => ask<Answers["ExportAnswer"]>("POST", "/v1/exports", question),
  list: (signal?: AbortSignal) => ask<Answers["ExportsAnswer"]>("GET", "/v1/exports", undefined, signal),
  drop: (id: string) => ask<Answers["ExportGone"]>("DELETE", one(id)),
  file: (id: string) => `${one(id)}/file`,
};
