/** A roadmap as it may be shown while no events arrive: what is being written now is unknown. */

import type { ShownArtefact } from "../../shared/api/schema";
import type { Concept, Roadmap } from "../roadmap";

export function atRest(roadmap: Roadmap): Roadmap {
  const { generating, pending } = roadmap.progress;
  if (generating === 0) return roadmap;
  const stages = roadmap.stages.map((stage) => ({
    ...stage,
    modules: stage.modules.map((module) => ({ ...module, concepts: module.concepts.map(conceptAtRest) })),
  }));
  const progress = { ...roadmap.progress, generating: 0, pending: pending + generating };
  return { ...roadmap, stages, progress };
}

function conceptAtRest(concept: Concept): Concept {
  if (concept.content_status !== "generating") return concept;
  const artefacts = Object.entries(concept.artefacts).map(([kind, one]) => [kind, artefactAtRest(one)]);
  return { ...concept, content_status: "pending", artefacts: Object.fromEntries(artefacts) };
}

function artefactAtRest(artefact: ShownArtefact): ShownArtefact {
  return artefact.status === "generating" ? { ...artefact, status: "pending" } : artefact;
}
