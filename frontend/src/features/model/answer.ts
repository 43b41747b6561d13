/** What a worker has found out, as a sentence in the reader's language. */

import type { Failure } from "../../shared/i18n/failure";
import type { Translate } from "../../shared/i18n/translate";

interface Answer {
  readonly ok: boolean;
  readonly code?: string | null | undefined;
  readonly message?: string | null | undefined;
  readonly seconds?: number | null | undefined;
}

/** `why` says failures; those with cases are said by their general one. */
export function answerSentence(
  { ok, code, message, seconds }: Answer,
  t: Translate,
  why: (failure: Failure) => string,
): string {
  if (ok) {
    const time = (seconds ?? 0).toFixed(1);
    return t(code === "slow" ? "model.answeredSlowly" : "model.answered", { seconds: time });
  }
  if (code === "not_configured" || code === "internal" || code == null) return message ?? "";
  return why({ code, message: message ?? code, details: { case: "other", seconds: 60 } });
}
