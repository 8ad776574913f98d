// New events as they are recorded: the live tail's stream of server-sent events, read with `fetch`.
import { send } from "./client.ts";
import type { Found } from "./types.ts";

/** Cut `text` into the events that are whole in it, and what is left over. Pure. */
export function parseStream(text: string): { told: Found[]; rest: string } {
  const told: Found[] = [];
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  for (const block of blocks) {
    let data = "";
    for (const line of block.split("\n")) if (line.startsWith("data: ")) data += line.slice(6);
    if (data) told.push(JSON.parse(data) as Found);
  }
  return { told, rest };
}

/** Call `take` with each batch of new events until `signal` is aborted or the stream ends. */
export async function follow(query: string, take: (told: Found[]) => void, signal: AbortSignal): Promise<void> {
  const response = await send("POST", "/v1/tail", { query, whole: true }, signal);
  const reader = response.body?.getReader();
  if (!reader) return;
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const { told, rest } = parseStream(waiting + decoder.decode(value, { stream: true }));
    waiting = rest;
    if (told.length > 0) take(told);
  }
}
