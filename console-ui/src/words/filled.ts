// Words with their values put in. Pure.

/** `text` with its values: `{n}` is a value, and `{n|event|events}` the word for one, or for any other number. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    if (!(name in values)) return whole;
    if (one === undefined) return String(values[name]);
    return String(values[name]) === "1" ? one : String(many);
  });
}

/** Says a word of one table, with its values. */
export type Saying<Word extends string> = (word: Word, values?: Record<string, string | number>) => string;

/** What says the words of `table` in `language`. */
export function saying<T extends Record<string, readonly [string, string]>>(table: T, language: "en" | "zh"): Saying<keyof T & string> {
  return (word, values) => {
    const text = (table[word] as readonly [string, string])[language === "zh" ? 1 : 0];
    return values ? filled(text, values) : text;
  };
}
