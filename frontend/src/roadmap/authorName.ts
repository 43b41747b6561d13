import type { Translate } from "../shared/i18n/translate";

/** What an author is called: "the built-in author", "the model openai:gpt-5". */
export function authorName(author: string, t: Translate): string {
  return author.startsWith("builtin") ? t("author.builtin") : t("author.model", { name: author });
}
