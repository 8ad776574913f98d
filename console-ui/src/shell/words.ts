// The console's words in the language that is chosen.
import { saying, type Saying } from "../words/filled.ts";
import { WORDS, type Word } from "../words/words.ts";
import { usePreferences, type Preferences } from "./preferences.ts";

export type { Word };
export type Say = Saying<Word>;

export const sayIn = (language: Preferences["language"]): Say => saying(WORDS, language);

const SAY = { en: sayIn("en"), zh: sayIn("zh") };

export function useSay(): Say {
  return SAY[usePreferences().language];
}

const NUMBERS = { en: new Intl.NumberFormat("en-US"), zh: new Intl.NumberFormat("zh-CN") };

export function count(number: number, language: Preferences["language"]): string {
  return NUMBERS[language].format(number);
}
