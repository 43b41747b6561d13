/** A roadmap as it may be shown while nothing is heard of it: nobody knows what is being written now. */

import type { ConceptView, RoadmapView } from "../../shared/api/schema";

export function atRest(roadmap: RoadmapView): RoadmapView {
  const { generating, pending } = roadmap.progress;
  if (generating === 0) return roadmap;
  const stages = roadmap.stages.map((stage) => ({
    ...stage,
    modules: stage.modules.map((module) => ({ ...module, concepts: module.concepts.map(conceptAtRest) })),
  }));
  const progress = { ...roadmap.progress, generating: 0, pending: pending + generating };
  return { ...roadmap, stages, progress };
}

function conceptAtRest(concept: ConceptView): ConceptView {
  if (concept.content_status !== "generating") return concept;
  return {
    ...concept,
    content_status: "pending",
    tutorial_status: settled(concept.tutorial_status),
    resources_status: settled(concept.resources_status),
    quiz_status: settled(concept.quiz_status),
  };
}

function settled<Status extends string>(status: Status): Status | "pending" {
  return status === "generating" ? "pending" : status;
}
