/** A roadmap as it may be shown while nothing is heard of it: nobody knows what is being written now. */

import type { ConceptView, RoadmapView } from "../../shared/api/schema";
import { artefactsOf } from "../artefacts";

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
  const waiting = artefactsOf(concept).filter(({ status }) => status === "generating");
  const statuses = Object.fromEntries(waiting.map(({ kind }) => [`${kind}_status`, "pending"]));
  return { ...concept, content_status: "pending", ...statuses };
}
