/** A concept's ring: an arc for each of its artefacts. */

import { artefactsOf } from "../../roadmap/artefacts";
import { stateOf } from "../../roadmap/words";
import type { ConceptView } from "../../shared/api/schema";
import { Ring } from "../../shared/ui/Ring";

interface ConceptRingProps {
  readonly concept: ConceptView;
  /** What a screen reader says; nothing where the same words stand beside it. */
  readonly label?: string;
}

export function ConceptRing({ concept, label }: ConceptRingProps) {
  const arcs = artefactsOf(concept).map(({ kind, status }) => ({ name: kind, status }));
  return <Ring state={stateOf(concept)} arcs={arcs} label={label} />;
}
