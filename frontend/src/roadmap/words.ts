/** The state of a concept, and its word. */

import type { ArtefactKind, ContentStatus } from "../shared/api/schema";
import type { Translate } from "../shared/i18n/translate";
import { artefactOf, nounOf } from "./artefacts";
import type { Concept } from "./roadmap";

export type ConceptState = ContentStatus | "learned";

export function stateOf(concept: Pick<Concept, "content_status" | "learned_at">): ConceptState {
  const isThere = concept.content_status === "completed" || concept.content_status === "partial";
  return concept.learned_at !== null && isThere ? "learned" : concept.content_status;
}

export function word(concept: Concept, kinds: readonly ArtefactKind[], t: Translate): string {
  const state = stateOf(concept);
  if (state !== "partial") return t(`state.${state}`);
  const missing = kinds
    .filter((kind) => artefactOf(concept, kind).status === "failed")
    .map((kind) => t(nounOf(kind)));
  return t("state.partial", { missing: missing.join(t("app.separator")) });
}
