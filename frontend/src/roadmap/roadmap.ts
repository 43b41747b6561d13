/** A roadmap as the pages keep it: what a read of the API says, up to date with every event. */

import type {
  ConceptView,
  ModuleView,
  Concept as OutlineConcept,
  RoadmapView,
  StageView,
} from "../shared/api/schema";

export interface Roadmap extends Omit<RoadmapView, "stages"> {
  readonly stages: readonly Stage[];
}

export interface Stage extends Omit<StageView, "modules"> {
  readonly modules: readonly Module[];
}

export interface Module extends Omit<ModuleView, "concepts"> {
  readonly concepts: readonly Concept[];
}

/** What the outline says of a concept, and its state. What a read says of some kinds of artefacts a second time, in
 * fields of their own, is not kept. */
export type Concept = Pick<ConceptView, keyof OutlineConcept | "content_status" | "artefacts" | "learned_at">;
