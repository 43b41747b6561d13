/** What is written for each concept. */

import type { ArtefactKind, ArtefactStatus, ConceptView } from "../shared/api/schema";

/** Leaving a kind out fails the type check. */
const ORDER: Readonly<Record<ArtefactKind, true>> = { tutorial: true, resources: true, quiz: true };

/** In the order in which they are shown. */
export const KINDS = Object.keys(ORDER) as readonly ArtefactKind[];

export interface Artefact {
  readonly kind: ArtefactKind;
  readonly status: ArtefactStatus;
  /** The version in use; null until there is one. */
  readonly id: string | null;
}

type Statuses = Pick<ConceptView, `${ArtefactKind}_${"status" | "id"}`>;

/** The artefacts that a concept has, or will have. */
export function artefactsOf(concept: Statuses): readonly Artefact[] {
  return KINDS.map((kind) => artefactOf(concept, kind));
}

export function artefactOf(concept: Statuses, kind: ArtefactKind): Artefact {
  return { kind, status: concept[`${kind}_status`], id: concept[`${kind}_id`] };
}
