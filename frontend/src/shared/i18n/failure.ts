/** Why an author did not deliver, in words for the reader. */

import type { FailureCode } from "../api/schema";
import { FAILURES } from "./failureSentences";
import { isolated, type Language } from "./translate";

/** By the code, and by the case where a code has several. */
type Sentences = string | Readonly<Record<string, string>>;

/** A code of the API without a sentence in a language fails the type check. */
const SENTENCES: Record<Language, Record<FailureCode | "requested", Sentences>> = FAILURES;

/** A failure as the API shows it. Those that were stored by earlier versions have no details. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, string | number>>;
}

const NAME = /\{(\w+)\}/g;

/** In the reader's language; the API's own message, in the roadmap's, for what cannot be said anew. */
export function failureSentence({ code, message, details = {} }: Failure, language: Language): string {
  const text = sentenceOf(code, language, details.case);
  if (text === undefined || [...text.matchAll(NAME)].some(([, name]) => !Object.hasOwn(details, name!)))
    return message;
  return text.replace(NAME, (_, name: string) => written(details[name]!, language));
}

function sentenceOf(code: string, language: Language, which: string | number | undefined) {
  const sentences = own(SENTENCES[language] as Readonly<Record<string, Sentences>>, code);
  return typeof sentences === "object" ? own(sentences, String(which)) : sentences;
}

function own<T>(values: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function written(value: string | number, language: Language): string {
  return typeof value === "number" ? value.toLocaleString(language) : isolated(value);
}
