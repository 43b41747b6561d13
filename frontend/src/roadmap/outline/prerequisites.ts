/** What a concept needs, and what it might: the badge, its tooltip and the panel all ask here. Pure. */

import type { Concept } from "../roadmap";

export interface Prerequisites {
  /** What it needs, in the order of the outline. */
  readonly needed: readonly Concept[];
  /** What can be chosen, in the same order: the concepts that come earlier, and those that are needed. */
  readonly candidates: readonly Concept[];
}

export function prerequisitesOf(
  concepts: readonly Concept[],
  { concept_id, prerequisites }: Pick<Concept, "concept_id" | "prerequisites">,
): Prerequisites {
  const ids = new Set(prerequisites);
  const index = concepts.findIndex((one) => one.concept_id === concept_id);
  return {
    needed: concepts.filter((one) => ids.has(one.concept_id)),
    candidates: concepts.filter((one, place) => place < index || ids.has(one.concept_id)),
  };
}
