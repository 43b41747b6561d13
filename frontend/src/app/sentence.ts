/** What went wrong, in words for the learner. */

import { Fault } from "../api/client";
import type { Translate } from "../i18n/translate";

export function sentence(error: Error, t: Translate): string {
  if (!(error instanceof Fault)) return t("app.broken");
  return error.code === "no_answer" ? t("app.noAnswer") : error.message;
}
