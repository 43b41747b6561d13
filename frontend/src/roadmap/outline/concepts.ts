import type { Concept, Roadmap } from "../roadmap";

/** All concepts of a roadmap, in learning order. */
export function conceptsOf(roadmap: Roadmap): Concept[] {
  return roadmap.stages.flatMap((stage) => stage.modules.flatMap((module) => module.concepts));
}
