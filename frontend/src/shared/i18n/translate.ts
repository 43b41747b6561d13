/**
 * Texts by key and language, with their parameters filled in: `{count}`, or a word in the form that goes with a number,
 * `{count:one=hour|other=hours}`.
 */

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

/** The texts without parameters. */
export type PlainKey = { [Key in MessageKey]: Values<Key> extends [] ? Key : never }[MessageKey];

export type Translate = <Key extends MessageKey>(key: Key, ...values: Values<Key>) => string;

const HOLE = /\{(\w+)(?::([^}]*))?\}/g;

export function translator(language: Language): Translate {
  const texts: Record<MessageKey, string> = language === "zh" ? zh : en;
  const rules = new Intl.PluralRules(language);
  return (key, ...[values]) =>
    texts[key].replace(HOLE, (whole, name: string, forms?: string) => {
      const value = values?.[name as keyof typeof values];
      if (value === undefined) return whole;
      if (forms === undefined) return isolated(String(value));
      return formsOf(forms)[typeof value === "number" ? rules.select(value) : "other"] ?? whole;
    });
}

/** The names of a text's parameters. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(HOLE)].map((hole) => hole[1]!);
}

/** The words of `one=hour|other=hours`, by the categories of `Intl.PluralRules`. */
export function formsOf(forms: string): Partial<Record<Intl.LDMLPluralRule, string>> {
  return Object.fromEntries(forms.split("|").map((form) => form.split("=")));
}

/** A name in Arabic keeps its own order within a sentence that runs the other way. */
export function isolated(text: string): string {
  return FROM_THE_RIGHT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Chinese for those whose browser prefers it, English for all others. */
export function preferred(languages: readonly string[]): Language {
  return languages[0]?.toLowerCase().startsWith("zh") ? "zh" : "en";
}
