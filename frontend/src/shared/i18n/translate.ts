/** Texts by key and language, with their parameters filled in: `{count}`, or a word by number, `{count:hour|hours}`. */

import { FROM_THE_RIGHT } from "../languages/direction";
import { en, type MessageKey } from "./en";
import { zh } from "./zh";

export type Language = "en" | "zh";

/** The names in braces of a text. */
type Parameters<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? NameOf<Name> | Parameters<Rest>
  : never;
type NameOf<Hole extends string> = Hole extends `${infer Name}:${string}` ? Name : Hole;

type Values<Key extends MessageKey> = [Parameters<(typeof en)[Key]>] extends [never]
  ? []
  : [values: Record<Parameters<(typeof en)[Key]>, string | number>];

export type Translate = <Key extends MessageKey>(key: Key, ...values: Values<Key>) => string;

const HOLE = /\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g;

export function translator(language: Language): Translate {
  const texts: Record<MessageKey, string> = language === "zh" ? zh : en;
  return (key, ...[values]) =>
    texts[key].replace(HOLE, (whole, name: string, one?: string, many?: string) => {
      const value = values?.[name as keyof typeof values];
      if (value === undefined) return whole;
      return one === undefined || many === undefined ? isolated(String(value)) : value === 1 ? one : many;
    });
}

/** A name in Arabic keeps its own order within a sentence that runs the other way. */
function isolated(text: string): string {
  return FROM_THE_RIGHT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Chinese for those whose browser prefers it, English for all others. */
export function preferred(languages: readonly string[]): Language {
  return languages[0]?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
