// Texts that the service or a proof tells in English, in Chinese, by the English text; `{}` stands for a value. Pure.

/** The text in `language`: each value that is a text of the catalogue itself, too; what is none of its texts stays as it is. */
export type Told = (language: "en" | "zh", text: string) => string;

export function catalogue(texts: Readonly<Record<string, string>>): Told {
  const patterns = Object.entries(texts)
    .sort(([one], [other]) => letters(other) - letters(one)) // what says more is tried first
    .map(([english, chinese]) => [new RegExp(`^${english.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.*?)")}$`, "s"), chinese] as const);
  const told: Told = (language, text) => {
    if (language === "en") return text;
    for (const [pattern, chinese] of patterns) {
      const values = pattern.exec(text)?.slice(1);
      if (values) return chinese.replaceAll("{}", () => told(language, values.shift() ?? ""));
    }
    return text;
  };
  return told;
}

function letters(text: string): number {
  return text.replaceAll("{}", "").length;
}
