/** What can be chosen as the language of lessons: the browser's languages first, the others by their names. */

import { baseOf, nameIn, OFFERED, ownName, wellFormed } from "./tags";

export interface Choice {
  readonly tag: string;
  /** In the language itself. */
  readonly name: string;
  /** In the page's language. */
  readonly here: string;
  /** In English, by which many know how to ask for it. */
  readonly english: string;
}

export function choices(browser: readonly string[], page: string): readonly Choice[] {
  const first = browser.map((tag) => offeredFor(tag)).filter((tag) => tag !== null);
  const choice = (tag: string) => choiceOf(tag, page);
  const mine = new Set([...first, offeredFor(page) ?? page]);
  const others = OFFERED.filter((tag) => !mine.has(tag))
    .map(choice)
    .sort((one, other) => one.here.localeCompare(other.here, page));
  return [...[...mine].map(choice), ...others];
}

/** Those whose name, in itself, the page's language or English, or tag holds the text; the tag itself, if it is one that is not offered. */
export function found(all: readonly Choice[], text: string, page: string): readonly Choice[] {
  const wanted = fold(text);
  if (wanted === "") return all;
  const begins = (one: Choice) => [...namesOf(one), one.tag].some((name) => fold(name).startsWith(wanted));
  const holds = (one: Choice) => namesOf(one).some((name) => fold(name).includes(wanted));
  const hits = [...all.filter(begins), ...all.filter((one) => !begins(one) && holds(one))];
  const typed = wellFormed(text.trim());
  if (typed === null || hits.some((one) => one.tag === typed)) return hits;
  // Three letters may be the beginning of anything: as a tag they count where the language is known.
  return nameIn(typed, page) === null && hits.length > 0 ? hits : [...hits, choiceOf(typed, page)];
}

function choiceOf(tag: string, page: string): Choice {
  return { tag, name: ownName(tag), here: nameIn(tag, page) ?? tag, english: nameIn(tag, "en") ?? tag };
}

function namesOf({ name, here, english }: Choice): readonly string[] {
  return [name, here, english];
}

/** The offered tag that a browser's language means: `es` for `es-MX`, `zh-Hant` for `zh-TW`. */
export function offeredFor(tag: string): string | null {
  const locale = wellFormed(tag);
  if (locale === null) return null;
  const { language, script, region } = new Intl.Locale(locale).maximize();
  const candidates = [locale, `${language}-${region}`, `${language}-${script}`, language, baseOf(locale)];
  return candidates.find((one) => OFFERED.includes(one)) ?? null;
}

function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
