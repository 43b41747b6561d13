/** What went wrong, in words for the learner. */

import { Fault } from "../api/client";
import type { FieldFault } from "../api/schema";
import { en, type MessageKey } from "./en";
import type { Language, Translate } from "./translate";

type ProblemKey = Exclude<Extract<MessageKey, `problem.${string}`>, "problem.field">;

type FieldKey = Extract<MessageKey, `field.${string}`>;

/** The API's own sentence, which is in English and knows the reason; for other languages what its code stands for. */
export function sentence(error: Error, t: Translate, language: Language): string {
  if (!(error instanceof Fault)) return t("app.broken");
  const [fault] = error.fields;
  if (fault !== undefined) return fieldSentence(fault, t, language);
  const key = `problem.${error.code}`;
  return isKnown(key) && (language !== "en" || error.code === "no_answer") ? t(key) : error.message;
}

/** By the name that the field has on the page: its path in the request means nothing to the learner. */
function fieldSentence({ field, message }: FieldFault, t: Translate, language: Language): string {
  const name = field.split(".").findLast((part) => `field.${part}` in en);
  if (name === undefined) return t("problem.invalid_input");
  const label = t(`field.${name}` as FieldKey);
  if (language !== "en") return t("problem.field", { field: label });
  const words = message.replace(/^(?:Input|String|Value|List|Tuple|Set) should /, "must ");
  return words.startsWith("must ") ? `${label} ${words}.` : t("problem.field", { field: label });
}

function isKnown(key: string): key is ProblemKey {
  return key in en;
}
