/** The state of a concept, and its word. */

import type { ConceptView, ContentStatus } from "../shared/api/schema";
import type { Translate } from "../shared/i18n/translate";
import { artefactsOf } from "./artefacts";

export type ConceptState = ContentStatus | "learned";

export function stateOf(concept: Pick<ConceptView, "content_status" | "learned_at">): ConceptState {
  const isThere = concept.content_status === "completed" || concept.content_status === "partial";
  return concept.learned_at !== null && isThere ? "learned" : concept.content_status;
}

export function word(concept: ConceptView, t: Translate): string {
  const state = stateOf(concept);
  if (state !== "partial") return t(`state.${state}`);
  const missing = artefactsOf(concept)
    .filter(({ status }) => status === "failed")
    .map(({ kind }) => t(`artefact.${kind}`));
  return t("state.partial", { missing: missing.join(t("app.separator")) });
}
