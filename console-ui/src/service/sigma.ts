// A search as a Sigma rule, made by the service, which reads the search language.
import { send } from "./client.ts";
import type { components } from "./openapi.d.ts";

export async function sigma(question: Partial<components["schemas"]["SigmaAsk"]>): Promise<string> {
  return (await send("POST", "/v1/sigma", question)).text();
}
