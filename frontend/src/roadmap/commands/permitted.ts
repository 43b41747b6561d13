/** Which commands the state of a roadmap, and of a concept, permits. No other place of the page knows. */

import type { ConceptView, RoadmapStatus, RoadmapView } from "../../shared/api/schema";

/** What is known of a roadmap: in a list, its status alone. */
export type Steered = Pick<RoadmapView, "status"> &
  Partial<Pick<RoadmapView, "stages" | "can_undo" | "can_redo">>;
type SteeredConcept = Pick<ConceptView, "content_status">;

type Predicate = (roadmap: Steered, concept: SteeredConcept | undefined) => boolean;

const inStatus =
  (...statuses: readonly RoadmapStatus[]): Predicate =>
  ({ status }) =>
    statuses.includes(status);

const INCOMPLETE = ["partial", "failed", "cancelled"] as const;
const AT_REST = ["completed", ...INCOMPLETE] as const;

const hasOutline: Predicate = ({ stages = [] }) => stages.length > 0;
const isActive = inStatus("generating", "paused");
const always: Predicate = () => true;

const PERMITTED = {
  approve: inStatus("awaiting_review"),
  revise: inStatus("awaiting_review", ...AT_REST),
  edit: inStatus("awaiting_review", "paused", ...AT_REST),
  undo: ({ can_undo = false }) => can_undo,
  redo: ({ can_redo = false }) => can_redo,
  pause: inStatus("generating"),
  resume: inStatus("paused"),
  cancel: inStatus("drafting", "generating", "paused"),
  retry: inStatus(...INCOMPLETE),
  prioritise: (roadmap, concept) => isActive(roadmap, concept) && concept?.content_status === "pending",
  learned: (_, concept) => concept?.content_status === "completed" || concept?.content_status === "partial",
  regenerate: inStatus(...AT_REST),
  restore: always,
  duplicate: hasOutline,
  export: hasOutline,
  delete: always,
  undelete: always,
} as const satisfies Record<string, Predicate>;

export type CommandName = keyof typeof PERMITTED;

export function isPermitted(name: CommandName, roadmap: Steered, concept?: SteeredConcept): boolean {
  return PERMITTED[name](roadmap, concept);
}
