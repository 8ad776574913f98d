// A column with the local time beside the one in UTC, for a CSV that a person will read. Pure.

/** `text` with `eventTime_local(<zone>)` as its first column; everything else to the byte as it was. */
export function withLocalTime(text: string, zone: string, local: (at: string) => string): string {
  const records = split(text);
  const header = records[0];
  if (header === undefined) return text;
  const at = cells(header).findIndex((name) => /^eventTime/i.test(name));
  if (at < 0) return text;
  const out = records.map((record, number) => {
    const end = /\r?\n$/.exec(record) ? "" : "";
    if (number === 0) return `"eventTime_local(${zone})",${record}${end}`;
    const value = cells(record)[at] ?? "";
    const when = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(value) ? value.replace(" ", "T").replace(/(\.\d+)?Z?$/, "$1Z") : "";
    return `${when ? local(when) : ""},${record}${end}`;
  });
  return out.join("");
}

/** Records with their line ends; a line break inside quotes ends none. */
function split(text: string): string[] {
  const found: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === "\n" && !quoted) {
      found.push(text.slice(from, at + 1));
      from = at + 1;
    }
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

function cells(record: string): string[] {
  const found: string[] = [];
  for (const match of record.replace(/\r?\n$/, "").matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
    found.push(match[1] !== undefined ? match[1].replace(/""/g, '"') : (match[2] ?? ""));
  return found;
}
