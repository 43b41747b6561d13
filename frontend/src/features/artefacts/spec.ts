/** What the page knows of a kind of artefact. */

import type { ReactNode } from "react";

import type { ConceptDetail, ConceptView, RoadmapView } from "../../shared/api/schema";

export interface ArtefactSpec {
  /** How many of something there are in it, beside its name; null where that says nothing. */
  count(concept: ConceptView): number | null;
  /** The artefact as it is shown; null where it is not there. */
  shown(written: Written): ShownArtefact | null;
}

export interface Written {
  readonly roadmap: RoadmapView;
  readonly detail: ConceptDetail;
}

export interface ShownArtefact {
  /** Another version is drawn anew. */
  readonly key: string;
  readonly view: ReactNode;
  /** What it says, where the view cannot be drawn. */
  text(): string;
}
