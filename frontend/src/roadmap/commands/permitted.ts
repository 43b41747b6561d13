/**
 * Which commands a roadmap, and a concept, permits. The server says so: `allowed` of the roadmap, and for concepts a
 * table by their status. What is added here is what the page makes of it. No other place of the page decides.
 */

import type { About, Command } from "../../shared/api/schema";
import type { Concept, Roadmap } from "../roadmap";

/** What is known of a roadmap: in a list, less than on its page; from an older server, nothing that it allows. */
export type Steered = Pick<Roadmap, "status"> &
  Partial<Pick<Roadmap, "allowed" | "stages" | "can_undo" | "can_redo">>;

/** A concept, and what concepts permit; nothing while that is not known. */
export interface SteeredConcept {
  readonly concept: Pick<Concept, "content_status">;
  readonly byStatus: About["concept_commands"] | undefined;
}

type Predicate = (roadmap: Steered, one: SteeredConcept | undefined) => boolean;

const allowed =
  (command: Command): Predicate =>
  (roadmap) =>
    roadmap.allowed?.includes(command) === true;

const allowedOfConcept =
  (command: Command): Predicate =>
  (roadmap, one) =>
    allowed(command)(roadmap, one) && one?.byStatus?.[one.concept.content_status]?.includes(command) === true;

const canEdit = allowed("edit");
const hasOutline: Predicate = ({ stages = [] }) => stages.length > 0;
const canBeRead: Predicate = (_, one) =>
  one !== undefined && ["completed", "partial"].includes(one.concept.content_status);
const always: Predicate = () => true;

const PERMITTED = {
  approve: allowed("approve"),
  revise: allowed("revise"),
  edit: canEdit,
  undo: (roadmap, one) => canEdit(roadmap, one) && roadmap.can_undo === true,
  redo: (roadmap, one) => canEdit(roadmap, one) && roadmap.can_redo === true,
  pause: allowed("pause"),
  // A run that has ended can be resumed, too; the page then offers `retry`, which includes what has failed.
  resume: (roadmap, one) => allowed("resume")(roadmap, one) && roadmap.status === "paused",
  cancel: allowed("cancel"),
  retry: allowed("retry"),
  rewrite: allowed("regenerate"),
  prioritise: allowedOfConcept("prioritise"),
  learned: canBeRead,
  regenerate: allowedOfConcept("regenerate"),
  restore: always,
  duplicate: hasOutline,
  export: hasOutline,
  delete: always,
  undelete: always,
} as const satisfies Record<string, Predicate>;

export type CommandName = keyof typeof PERMITTED;

export function isPermitted(name: CommandName, roadmap: Steered, one?: SteeredConcept): boolean {
  return PERMITTED[name](roadmap, one);
}
