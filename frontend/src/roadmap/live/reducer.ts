/**
 * How an event changes what the page knows about a roadmap: what it names is replaced. Pure; applying an event twice
 * changes nothing.
 */

import type { ChangedConcept, Changes, OutlineReady, StreamFrame } from "../../shared/api/schema";
import { waitingIn } from "../artefacts";
import { conceptsOf } from "../outline/concepts";
import type { Concept, Roadmap } from "../roadmap";

export type LiveEvent = Exclude<StreamFrame, { type: "snapshot" | "resync" | "heartbeat" }>;

/** Whether nothing is missing between the roadmap and the event. */
export function isNext(roadmap: Roadmap, event: LiveEvent): boolean {
  return event.epoch === roadmap.epoch && event.seq === roadmap.seq + 1;
}

/** Whether the roadmap holds what the event says. */
export function isKnown(roadmap: Roadmap, event: LiveEvent): boolean {
  return event.epoch === roadmap.epoch && event.seq <= roadmap.seq;
}

/** Whether the event says all that it has changed. Older servers do not, and no event tells hundreds of concepts. */
export function isTold(event: LiveEvent): event is LiveEvent & { changes: Changes } {
  return event.changes != null && event.changes.reread !== true;
}

/** The roadmap after the event. One that is known, that another is missing before, or that does not say all that it has
 * changed, changes nothing. */
export function apply(roadmap: Roadmap, event: LiveEvent): Roadmap {
  if (!isNext(roadmap, event) || !isTold(event)) return roadmap;
  const { concepts = [], task, progress, reread: _, ...rest } = event.changes;
  const outlined = event.type === "outline_ready" ? { ...roadmap, ...outlineOf(roadmap, event) } : roadmap;
  return {
    ...outlined,
    ...rest,
    seq: event.seq,
    task: { ...roadmap.task, ...task },
    progress: { ...roadmap.progress, ...progress },
    stages: withConcepts(outlined.stages, concepts),
  };
}

/** What an outline says; the concepts that stay keep their state. */
function outlineOf(roadmap: Roadmap, event: OutlineReady): Partial<Roadmap> {
  const known = new Map(conceptsOf(roadmap).map((concept) => [concept.concept_id, concept]));
  const unwritten = {
    content_status: "pending",
    artefacts: waitingIn(roadmap.kinds),
    learned_at: null,
  } as const;
  return {
    title: event.title,
    revision: event.revision ?? null,
    can_undo: event.can_undo ?? false,
    can_redo: event.can_redo ?? false,
    stages: event.stages.map(({ modules, description = "", ...stage }, index) => ({
      ...stage,
      description,
      order: index + 1,
      modules: modules.map(({ concepts, description = "", ...module }) => ({
        ...module,
        description,
        concepts: concepts.map((concept) => ({
          ...(known.get(concept.concept_id) ?? unwritten),
          concept_id: concept.concept_id,
          name: concept.name,
          description: concept.description ?? "",
          estimated_hours: concept.estimated_hours ?? 1,
          difficulty: concept.difficulty ?? "medium",
          keywords: [...(concept.keywords ?? [])],
          prerequisites: [...(concept.prerequisites ?? [])],
        })),
      })),
    })),
  };
}

/** Parts that do not change keep their identity, so that only what changes is drawn again. */
function withConcepts(stages: Roadmap["stages"], changed: readonly ChangedConcept[]): Roadmap["stages"] {
  if (changed.length === 0) return stages;
  const told = new Map(changed.map((one) => [one.concept_id, one]));
  return mapSame(stages, (stage) => {
    const modules = mapSame(stage.modules, (module) => {
      const concepts = mapSame(module.concepts, (concept) => {
        const one = told.get(concept.concept_id);
        return one === undefined ? concept : withChanged(concept, one);
      });
      return concepts === module.concepts ? module : { ...module, concepts };
    });
    return modules === stage.modules ? stage : { ...stage, modules };
  });
}

function withChanged(concept: Concept, { artefacts, ...rest }: ChangedConcept): Concept {
  return { ...concept, ...rest, artefacts: { ...concept.artefacts, ...artefacts } };
}

function mapSame<T>(items: readonly T[], turn: (item: T) => T): readonly T[] {
  const next = items.map(turn);
  return next.every((item, index) => item === items[index]) ? items : next;
}
