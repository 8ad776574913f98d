// Words with their values put in. Pure.

/** `text` with its values: `{n}` is a value, and `{n|event|events}` the word for one, or for any other number. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    if (!(name in values)) return whole;
    if (one === undefined) return String(values[name]);
    return String(values[name]) === "1" ? one : String(many);
  });
}
