// The console's words in the language that is chosen.
import { filled } from "../words/filled.ts";
import { WORDS, type Word } from "../words/words.ts";
import { usePreferences, type Preferences } from "./preferences.ts";

export type { Word };
export type Say = (word: Word, values?: Record<string, string | number>) => string;

export function sayIn(language: Preferences["language"]): Say {
  return (word, values) => {
    const text = WORDS[word][language === "zh" ? 1 : 0];
    return values ? filled(text, values) : text;
  };
}

const SAY = { en: sayIn("en"), zh: sayIn("zh") };

export function useSay(): Say {
  return SAY[usePreferences().language];
}

const NUMBERS = { en: new Intl.NumberFormat("en-US"), zh: new Intl.NumberFormat("zh-CN") };

export function count(number: number, language: Preferences["language"]): string {
  return NUMBERS[language].format(number);
}
