/** Texts by key and language, with their parameters filled in. */

import { en, type MessageKey } from "./en";
import { zh } from "./zh";

export type Language = "en" | "zh";

/** The names in braces of a text. */
type Parameters<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Parameters<Rest>
  : never;

type Values<Key extends MessageKey> = [Parameters<(typeof en)[Key]>] extends [never]
  ? []
  : [values: Record<Parameters<(typeof en)[Key]>, string | number>];

export type Translate = <Key extends MessageKey>(key: Key, ...values: Values<Key>) => string;

export function translator(language: Language): Translate {
  const texts: Record<MessageKey, string> = language === "zh" ? zh : en;
  return (key, ...[values]) =>
    texts[key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values?.[name as keyof typeof values] ?? whole),
    );
}

/** Chinese for those whose browser prefers it, English for all others. */
export function preferred(languages: readonly string[]): Language {
  return languages[0]?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
