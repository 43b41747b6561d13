/** What went wrong, in words for the learner. */

import { Fault } from "../api/client";
import type { FieldFault } from "../api/schema";
import { en, type MessageKey } from "./en";
import { namesIn, type Language, type Translate } from "./translate";

type ProblemKey = Exclude<Extract<MessageKey, `problem.${string}`>, "problem.field">;

/** For a text whose names the details are known to have. */
type Fill = (key: ProblemKey, values: Fault["details"]) => string;

type FieldKey = Extract<MessageKey, `field.${string}`>;

/** The API's own sentence, which is in English and knows the reason; for other languages what its code stands for, or
 * its case, with the details that it names. */
export function sentence(error: Error, t: Translate, language: Language): string {
  if (!(error instanceof Fault)) return t("app.broken");
  const [fault] = error.fields;
  if (fault !== undefined) return fieldSentence(fault, t, language);
  if (language === "en" && error.code !== "no_answer") return error.message;
  const keys = [`problem.${error.code}.${error.details.case}`, `problem.${error.code}`];
  const key = keys
    .filter(isKnown)
    .find((key) => namesIn(en[key]).every((name) => Object.hasOwn(error.details, name)));
  return key === undefined ? error.message : (t as Fill)(key, error.details);
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
  return Object.hasOwn(en, key);
}
