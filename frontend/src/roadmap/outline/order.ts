/** The order of learning: what comes next, and what belongs together. Pure. */

import type { Concept, Roadmap } from "../roadmap";
import { conceptsOf } from "./concepts";

/** The first concept that is ready, not learned, and needs nothing that is not learned; or else the first ready one. */
export function nextToLearn(roadmap: Roadmap): Concept | null {
  const concepts = conceptsOf(roadmap);
  const learned = new Set(concepts.filter((one) => one.learned_at !== null).map((one) => one.concept_id));
  const ready = concepts.filter((one) => one.content_status === "completed" && one.learned_at === null);
  return ready.find((one) => one.prerequisites.every((id) => learned.has(id))) ?? ready[0] ?? null;
}

/** A concept with all that it needs, directly or not, and all that need it. */
export function related(roadmap: Roadmap, conceptId: string): ReadonlySet<string> {
  const concepts = conceptsOf(roadmap);
  const needs = new Map(concepts.map((one) => [one.concept_id, one.prerequisites]));
  const neededBy = new Map<string, string[]>();
  for (const one of concepts) {
    for (const id of one.prerequisites) neededBy.set(id, [...(neededBy.get(id) ?? []), one.concept_id]);
  }
  return new Set([...reached(conceptId, needs), ...reached(conceptId, neededBy)]);
}

function reached(from: string, edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([from]);
  for (const id of seen) edges.get(id)?.forEach((next) => seen.add(next));
  return seen;
}
