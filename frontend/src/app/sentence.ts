/** What went wrong, in words for the learner. */

import { Fault } from "../api/client";
import { en, type MessageKey } from "../i18n/en";
import type { Language, Translate } from "../i18n/translate";

type ProblemKey = Extract<MessageKey, `problem.${string}`>;

/** The API's own sentence, which is in English and knows the reason; for other languages what its code stands for. */
export function sentence(error: Error, t: Translate, language: Language): string {
  if (!(error instanceof Fault)) return t("app.broken");
  const key = `problem.${error.code}`;
  return isKnown(key) && (language !== "en" || error.code === "no_answer") ? t(key) : error.message;
}

function isKnown(key: string): key is ProblemKey {
  return key in en;
}
