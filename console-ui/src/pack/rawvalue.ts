// A value of a JSON text as it is written there: what a parser makes of it may have lost digits of a number. Pure.

const STRING = /"(?:[^"\\]|\\.)*"/y;

/** The text of what stands at `path` in `json`, which is valid; undefined if nothing does. Of a name that stands twice, the last counts. */
export function rawAt(json: string, ...path: string[]): string | undefined {
  let text = json.trim();
  for (const name of path) {
    const found = membersOf(text).findLast(([one]) => one === name);
    if (!found) return undefined;
    text = found[1];
  }
  return text;
}

/** Names and values of the object that `text` is; none if it is another value. */
function membersOf(text: string): [string, string][] {
  const members: [string, string][] = [];
  if (!text.startsWith("{")) return members;
  let depth = 0;
  let name = "";
  let from = 1;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      STRING.lastIndex = at;
      const end = at + (STRING.exec(text)?.[0].length ?? 1);
      if (depth === 1 && name === "" && from >= 0) {
        name = text.slice(at, end);
        from = -1;
      }
      at = end - 1;
    } else if (sign === "{" || sign === "[") depth += 1;
    else if (depth === 1 && sign === ":" && from < 0) from = at + 1;
    else if (depth === 1 && (sign === "," || sign === "}") && name) {
      members.push([JSON.parse(name) as string, text.slice(from, at).trim()]);
      name = "";
      from = at + 1;
    }
    if (sign === "}" || sign === "]") depth -= 1;
  }
  return members;
}
