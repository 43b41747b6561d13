/** What a concept needs, and what it might: the badge, its tooltip and the panel all ask here. Pure. */

import type { ConceptView } from "../../shared/api/schema";

export interface Prerequisites {
  /** What it needs, in the order of the outline. */
  readonly needed: readonly ConceptView[];
  /** What can be chosen, in the same order: whatever comes earlier, and whatever is needed. */
  readonly candidates: readonly ConceptView[];
}

export function prerequisitesOf(
  concepts: readonly ConceptView[],
  { concept_id, prerequisites }: Pick<ConceptView, "concept_id" | "prerequisites">,
): Prerequisites {
  const ids = new Set(prerequisites);
  const index = concepts.findIndex((one) => one.concept_id === concept_id);
  return {
    needed: concepts.filter((one) => ids.has(one.concept_id)),
    candidates: concepts.filter((one, place) => place < index || ids.has(one.concept_id)),
  };
}
