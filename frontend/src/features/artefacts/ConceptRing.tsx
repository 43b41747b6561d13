/** A concept's ring: an arc for each of the roadmap's kinds of artefacts. */

import { artefactOf } from "../../roadmap/artefacts";
import type { Concept } from "../../roadmap/roadmap";
import { stateOf } from "../../roadmap/words";
import type { ArtefactKind } from "../../shared/api/schema";
import { Ring } from "../../shared/ui/Ring";

interface ConceptRingProps {
  readonly concept: Concept;
  readonly kinds: readonly ArtefactKind[];
  /** What a screen reader says; nothing where the same words stand beside it. */
  readonly label?: string;
}

export function ConceptRing({ concept, kinds, label }: ConceptRingProps) {
  const arcs = kinds.map((kind) => ({ name: kind, status: artefactOf(concept, kind).status }));
  return <Ring state={stateOf(concept)} arcs={arcs} label={label} />;
}
