import type { ConceptView, RoadmapView } from "../../shared/api/schema";

/** All concepts of a roadmap, in learning order. */
export function conceptsOf(roadmap: RoadmapView): ConceptView[] {
  return roadmap.stages.flatMap((stage) => stage.modules.flatMap((module) => module.concepts));
}
