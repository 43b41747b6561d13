/** What is written for each concept. */

import type {
  ArtefactKind,
  ArtefactStatus,
  ChangedArtefact,
  ConceptView,
  Glance,
} from "../shared/api/schema";

/** What a concept shows of each kind before it is opened. Leaving a kind out fails the type check. */
const SHOWN: Readonly<Record<ArtefactKind, (glance: Glance) => Partial<ConceptView>>> = {
  tutorial: ({ summary = null }) => ({ content_summary: summary }),
  resources: ({ count = null }) => ({ resources_count: count }),
  quiz: ({ count = null }) => ({ quiz_questions_count: count }),
};

/** In the order in which they are shown. */
export const KINDS = Object.keys(SHOWN) as readonly ArtefactKind[];

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

/** The concept with these artefacts in place of its own. */
export function withArtefacts(
  concept: ConceptView,
  told: Partial<Record<ArtefactKind, ChangedArtefact>>,
): ConceptView {
  const fields = KINDS.map((kind) => {
    const one = told[kind];
    return (
      one && { [`${kind}_status`]: one.status, [`${kind}_id`]: one.id, ...SHOWN[kind](one.glance ?? {}) }
    );
  });
  const failures = KINDS.flatMap((kind) => {
    const failure =
      kind in told ? told[kind]?.failure : concept.failures.find(({ artefact }) => artefact === kind);
    return failure ?? [];
  });
  return Object.assign({}, concept, ...fields, { failures });
}
