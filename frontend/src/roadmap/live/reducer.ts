/** How an event changes what the page knows about a roadmap. Pure; applying an event twice changes nothing. */

import type {
  ArtefactKind,
  ArtefactStatus,
  BatchSaved,
  ConceptChanged,
  ConceptComplete,
  ConceptFailed,
  ConceptView,
  ContentStatus,
  OutlineReady,
  ProgressView,
  RoadmapStatus,
  RoadmapView,
  SavedArtefact,
  StreamFrame,
  TaskQueued,
  TaskView,
  Usage,
} from "../../shared/api/schema";
import { KINDS } from "../artefacts";
import { conceptsOf } from "../outline/concepts";

export type LiveEvent = Exclude<StreamFrame, { type: "snapshot" | "resync" | "heartbeat" }>;

/** Whether nothing is missing between the roadmap and the event. */
export function isNext(roadmap: RoadmapView, event: LiveEvent): boolean {
  return event.epoch === roadmap.epoch && event.seq === roadmap.seq + 1;
}

/** Whether the roadmap holds what the event says. */
export function isKnown(roadmap: RoadmapView, event: LiveEvent): boolean {
  return event.epoch === roadmap.epoch && event.seq <= roadmap.seq;
}

/** The roadmap after the event; an event that is known, or that another is missing before, changes nothing. */
export function apply(roadmap: RoadmapView, event: LiveEvent): RoadmapView {
  if (!isNext(roadmap, event)) return roadmap;
  return derived({ ...changed(roadmap, event), seq: event.seq });
}

function changed(roadmap: RoadmapView, event: LiveEvent): RoadmapView {
  switch (event.type) {
    case "task_queued":
      return queued(roadmap, event);
    case "task_started":
      return withTask(stopped(roadmap), {
        kind: event.kind,
        status: "running",
        error: null,
        started_at: roadmap.task.started_at ?? event.at,
      });
    case "outline_ready":
      return used(outlined(roadmap, event), event);
    case "concept_start":
      return withConcept(roadmap, event.concept_id, started);
    case "concept_complete":
      return withConcept(roadmap, event.concept_id, (concept) => written(concept, event));
    case "concept_failed":
      return withConcept(roadmap, event.concept_id, (concept) => partlyWritten(concept, event));
    case "concept_changed":
      return withConcept(roadmap, event.concept_id, (concept) => asTold(concept, event));
    case "batch_saved":
      return used(saved(roadmap, event), event);
    case "task_paused":
      return withTask(stopped(roadmap), {
        status: "paused",
        error: event.code === "requested" ? null : { code: event.code, message: event.message },
      });
    case "completed":
      return withTask(stopped(roadmap), { status: event.status, ended_at: event.at });
    case "failed":
      return used(
        withTask(stopped(roadmap), {
          status: "failed",
          error: { code: event.code, message: event.message },
          ended_at: event.at,
        }),
        event,
      );
    case "cancelled":
      return withTask(stopped(roadmap), { status: "cancelled", ended_at: event.at });
    default:
      return assertNever(event);
  }
}

function queued(roadmap: RoadmapView, event: TaskQueued): RoadmapView {
  const isNew = event.task_id !== roadmap.task.task_id;
  const waiting = mapConcepts(roadmap, event.retries ? retried : waitingAgain);
  return withTask(waiting, {
    task_id: event.task_id,
    kind: event.kind,
    status: "queued",
    error: null,
    ...(isNew && {
      usage: NOTHING_USED,
      returns_to: event.returns_to ?? null,
      created_at: event.at,
      started_at: null,
      ended_at: null,
    }),
  });
}

function outlined(roadmap: RoadmapView, event: OutlineReady): RoadmapView {
  const known = new Map(conceptsOf(roadmap).map((concept) => [concept.concept_id, concept]));
  const made = roadmap.task.kind !== "content" && isActive(roadmap.task);
  const next: RoadmapView = {
    ...roadmap,
    title: event.title,
    revision: event.revision ?? null,
    can_undo: event.can_undo ?? false,
    can_redo: event.can_redo ?? false,
    stages: event.stages.map((stage, index) => ({
      stage_id: stage.stage_id,
      name: stage.name,
      description: stage.description ?? "",
      order: index + 1,
      modules: stage.modules.map((module) => ({
        module_id: module.module_id,
        name: module.name,
        description: module.description ?? "",
        concepts: module.concepts.map((concept) => ({
          ...(known.get(concept.concept_id) ?? UNWRITTEN),
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
  return made ? withTask(next, { status: "completed", ended_at: event.at }) : next;
}

const UNWRITTEN = {
  content_status: "pending",
  tutorial_status: "pending",
  tutorial_id: null,
  content_summary: null,
  resources_status: "pending",
  resources_id: null,
  resources_count: null,
  quiz_status: "pending",
  quiz_id: null,
  quiz_questions_count: null,
  failures: [],
  learned_at: null,
} as const satisfies Partial<ConceptView>;

function saved(roadmap: RoadmapView, event: BatchSaved): RoadmapView {
  return (event.artefacts ?? []).reduce(
    (state, one) => withConcept(state, one.concept_id, (concept) => savedIn(concept, one)),
    roadmap,
  );
}

const NOTHING_USED: Usage = {
  calls: 0,
  input_tokens: 0,
  output_tokens: 0,
  cost_usd: 0,
  unpriced_calls: 0,
  unpriced: false,
};

/** What an event says was used up counts for the roadmap, and for the task that it belongs to. */
function used(roadmap: RoadmapView, event: LiveEvent & { usage?: Usage | null }): RoadmapView {
  const { usage } = event;
  if (usage == null) return roadmap;
  const { task } = roadmap;
  return {
    ...roadmap,
    usage: sum(roadmap.usage, usage),
    task: event.task_id === task.task_id ? { ...task, usage: sum(task.usage, usage) } : task,
  };
}

function sum(one: Usage, other: Usage): Usage {
  const unpriced_calls = (one.unpriced_calls ?? 0) + (other.unpriced_calls ?? 0);
  return {
    calls: (one.calls ?? 0) + (other.calls ?? 0),
    input_tokens: (one.input_tokens ?? 0) + (other.input_tokens ?? 0),
    output_tokens: (one.output_tokens ?? 0) + (other.output_tokens ?? 0),
    cost_usd: (one.cost_usd ?? 0) + (other.cost_usd ?? 0),
    unpriced_calls,
    unpriced: unpriced_calls > 0,
  };
}

function savedIn(concept: ConceptView, one: SavedArtefact): ConceptView {
  const failures = [...concept.failures.filter((failure) => failure.artefact !== one.artefact), one.failure];
  return {
    ...withStatuses(concept, { [one.artefact]: one.status }, { [one.artefact]: one.artefact_id }),
    ...(one.artefact === "tutorial" && { content_summary: one.content_summary ?? concept.content_summary }),
    ...(one.artefact === "resources" && { resources_count: one.count ?? concept.resources_count }),
    ...(one.artefact === "quiz" && { quiz_questions_count: one.count ?? concept.quiz_questions_count }),
    failures: KINDS.flatMap((kind) => failures.find((failure) => failure?.artefact === kind) ?? []),
  };
}

function started(concept: ConceptView): ConceptView {
  return turned(concept, "pending", "generating");
}

function waitingAgain(concept: ConceptView): ConceptView {
  return turned(concept, "generating", "pending");
}

function retried(concept: ConceptView): ConceptView {
  const waiting = turned(turned(concept, "generating", "pending"), "failed", "pending");
  return waiting.failures.length > 0 ? { ...waiting, failures: [] } : waiting;
}

function written(concept: ConceptView, event: ConceptComplete): ConceptView {
  return {
    ...withStatuses(concept, { tutorial: "completed", resources: "completed", quiz: "completed" }),
    tutorial_id: event.tutorial_id,
    content_summary: event.content_summary,
    resources_id: event.resources_id,
    resources_count: event.resources_count,
    quiz_id: event.quiz_id,
    quiz_questions_count: event.quiz_questions_count,
    failures: [],
  };
}

function partlyWritten(concept: ConceptView, event: ConceptFailed): ConceptView {
  const failed = new Set(event.failed);
  const statuses = Object.fromEntries(
    KINDS.map((kind) => [kind, failed.has(kind) ? "failed" : "completed"]),
  ) as Record<ArtefactKind, ArtefactStatus>;
  return {
    ...withStatuses(concept, statuses),
    tutorial_id: event.tutorial_id,
    content_summary: event.content_summary,
    resources_id: event.resources_id,
    resources_count: event.resources_count,
    quiz_id: event.quiz_id,
    quiz_questions_count: event.quiz_questions_count,
    failures: event.failures?.length
      ? [...event.failures]
      : event.failed.map((artefact) => ({
          artefact,
          code: event.code,
          message: event.message,
          retryable: event.retryable,
        })),
  };
}

function asTold(concept: ConceptView, event: ConceptChanged): ConceptView {
  return {
    ...withStatuses(concept, {
      tutorial: event.tutorial_status,
      resources: event.resources_status,
      quiz: event.quiz_status,
    }),
    tutorial_id: event.tutorial_id,
    content_summary: event.content_summary,
    resources_id: event.resources_id,
    resources_count: event.resources_count,
    quiz_id: event.quiz_id,
    quiz_questions_count: event.quiz_questions_count,
    failures: [...event.failures],
    learned_at: event.learned_at,
  };
}

/** Nothing is being written any more. */
function stopped(roadmap: RoadmapView): RoadmapView {
  return mapConcepts(roadmap, waitingAgain);
}

function turned(concept: ConceptView, from: ArtefactStatus, to: ArtefactStatus): ConceptView {
  if (!KINDS.some((kind) => concept[`${kind}_status`] === from)) return concept;
  const statuses = Object.fromEntries(
    KINDS.filter((kind) => concept[`${kind}_status`] === from).map((kind) => [kind, to]),
  );
  return withStatuses(concept, statuses);
}

function withStatuses(
  concept: ConceptView,
  statuses: Partial<Record<ArtefactKind, ArtefactStatus>>,
  ids: Partial<Record<ArtefactKind, string | null>> = {},
): ConceptView {
  const next: ConceptView = {
    ...concept,
    tutorial_status: statuses.tutorial ?? concept.tutorial_status,
    resources_status: statuses.resources ?? concept.resources_status,
    quiz_status: statuses.quiz ?? concept.quiz_status,
    tutorial_id: ids.tutorial ?? concept.tutorial_id,
    resources_id: ids.resources ?? concept.resources_id,
    quiz_id: ids.quiz ?? concept.quiz_id,
  };
  return { ...next, content_status: contentStatus(next) };
}

/** A concept's state follows from its artefacts'. */
export function contentStatus(concept: ConceptView): ContentStatus {
  const statuses = KINDS.map((kind) => concept[`${kind}_status`]);
  if (statuses.includes("generating")) return "generating";
  if (statuses.includes("pending")) return "pending";
  if (statuses.every((status) => status === "completed")) return "completed";
  return statuses.every((status) => status === "failed") ? "failed" : "partial";
}

/** What follows from the rest: the counters, and the roadmap's status. */
function derived(roadmap: RoadmapView): RoadmapView {
  const progress: ProgressView = { total: 0, completed: 0, partial: 0, failed: 0, generating: 0, pending: 0 };
  for (const concept of conceptsOf(roadmap)) {
    progress.total += 1;
    progress[concept.content_status] += 1;
  }
  return { ...roadmap, progress, status: roadmapStatus(roadmap.task, progress) };
}

/** A roadmap's state, as it follows from its newest task: nowhere is it stored, so it cannot drift. */
function roadmapStatus(task: TaskView, progress: ProgressView): RoadmapStatus {
  switch (task.kind) {
    case "draft":
      if (isActive(task)) return "drafting";
      return stoppedAs(task) ?? "awaiting_review";
    case "revise":
      if (isActive(task)) return "drafting";
      return task.returns_to === "awaiting_review" ? task.returns_to : rested(task.returns_to, progress);
    case "content":
      if (task.status === "paused") return "paused";
      if (isActive(task)) return "generating";
      return rested(stoppedAs(task), progress);
  }
}

function stoppedAs(task: TaskView): RoadmapStatus | null {
  return task.status === "failed" || task.status === "cancelled" ? task.status : null;
}

/** Where everything is written, it does not matter how the last run ended. */
function rested(status: RoadmapStatus | null | undefined, progress: ProgressView): RoadmapStatus {
  if (progress.completed === progress.total) return "completed";
  return status === "failed" || status === "cancelled" ? status : "partial";
}

function isActive(task: TaskView): boolean {
  return task.status === "queued" || task.status === "running" || task.status === "paused";
}

function withTask(roadmap: RoadmapView, change: Partial<TaskView>): RoadmapView {
  return { ...roadmap, task: { ...roadmap.task, ...change } };
}

/** The outline may have been edited meanwhile: what is said of a concept that is gone is ignored. */
function withConcept(
  roadmap: RoadmapView,
  conceptId: string,
  turn: (concept: ConceptView) => ConceptView,
): RoadmapView {
  return mapConcepts(roadmap, (concept) => (concept.concept_id === conceptId ? turn(concept) : concept));
}

/** Parts that do not change keep their identity, so that only what changes is drawn again. */
function mapConcepts(roadmap: RoadmapView, turn: (concept: ConceptView) => ConceptView): RoadmapView {
  const stages = mapSame(roadmap.stages, (stage) => {
    const modules = mapSame(stage.modules, (module) => {
      const concepts = mapSame(module.concepts, turn);
      return concepts === module.concepts ? module : { ...module, concepts };
    });
    return modules === stage.modules ? stage : { ...stage, modules };
  });
  return stages === roadmap.stages ? roadmap : { ...roadmap, stages };
}

function mapSame<T>(items: T[], turn: (item: T) => T): T[] {
  const next = items.map(turn);
  return next.every((item, index) => item === items[index]) ? items : next;
}

function assertNever(event: never): never {
  throw new Error(`unknown event: ${JSON.stringify(event)}`);
}
