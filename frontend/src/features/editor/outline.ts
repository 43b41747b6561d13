/** What a gesture on a row means, as an operation on the outline. Pure. */

import type { Roadmap } from "../../roadmap/roadmap";
import type { OutlineEdit } from "../../shared/api/schema";

export type Operation = OutlineEdit["operations"][number];

export interface Row {
  readonly kind: "stage" | "module" | "concept";
  readonly id: string;
  readonly name: string;
  readonly children: readonly Row[];
}

export type Rows = readonly Row[];

/** The stages, with their modules and concepts. */
export function outlineRows(roadmap: Roadmap): Rows {
  return roadmap.stages.map((stage) => ({
    kind: "stage",
    id: stage.stage_id,
    name: stage.name,
    children: stage.modules.map((module) => ({
      kind: "module",
      id: module.module_id,
      name: module.name,
      children: module.concepts.map((concept) => ({
        kind: "concept",
        id: concept.concept_id,
        name: concept.name,
        children: [],
      })),
    })),
  }));
}

/** The row that has the focus when this one is gone: the next of its kind, else the one before, else its parent. */
export function neighbour(stages: Rows, row: Pick<Row, "kind" | "id">): string | null {
  const { siblings, index, parent } = placeOf(stages, row);
  return siblings.length > 1
    ? siblings[index + 1 < siblings.length ? index + 1 : index - 1]!.id
    : (parent?.id ?? null);
}

/** One step up or down; from the edge of a parent into the next one, where that does not empty the old one. */
export function moved(stages: Rows, row: Pick<Row, "kind" | "id">, step: -1 | 1): Operation | null {
  const { siblings, index, parent, parents } = placeOf(stages, row);
  const move = { op: "move", target: row.kind, id: row.id } as const;
  if (step === -1 && index > 0) return { ...move, into: parent?.id ?? null, before: siblings[index - 1]!.id };
  if (step === 1 && index < siblings.length - 1) {
    return { ...move, into: parent?.id ?? null, before: siblings[index + 2]?.id ?? null };
  }
  const into = parent === null ? undefined : parents[parents.indexOf(parent) + step];
  if (into === undefined || siblings.length === 1) return null;
  return { ...move, into: into.id, before: step === 1 ? (into.children[0]?.id ?? null) : null };
}

/** A parent that would be left empty goes too; the last of all rows stays. */
export function removal(stages: Rows, row: Pick<Row, "kind" | "id">): Operation | null {
  const { siblings, parent } = placeOf(stages, row);
  if (siblings.length > 1) return { op: "remove", target: row.kind, id: row.id };
  return parent === null ? null : removal(stages, parent);
}

/** Where the line is drawn, which is where the dragged row lands: before a row, after it, or first in it. */
export type Landing = "before" | "after" | "inside";

export interface Drop {
  readonly landing: Landing;
  readonly operation: Operation;
}

/** What dropping `dragged` on a row means. `half` is the one of the row that the pointer is over. */
export function dropped(
  stages: Rows,
  dragged: Pick<Row, "kind" | "id">,
  on: Pick<Row, "kind" | "id">,
  half: "upper" | "lower",
): Drop | null {
  if (dragged.id === on.id) return null;
  const from = placeOf(stages, dragged);
  const to = placeOf(stages, on);
  const land = (landing: Landing, parent: Row | null, siblings: Rows, index: number): Drop | null => {
    const stays = parent?.id === from.parent?.id;
    const leavesEmpty = from.siblings.length === 1 && !stays;
    const isThere = stays && (index === from.index || index === from.index + 1);
    if (leavesEmpty || isThere) return null;
    const before = siblings[index]?.id ?? null;
    const into = parent?.id ?? null;
    return { landing, operation: { op: "move", target: dragged.kind, id: dragged.id, into, before } };
  };
  if (dragged.kind === on.kind) {
    return half === "upper"
      ? land("before", to.parent, to.siblings, to.index)
      : land("after", to.parent, to.siblings, to.index + 1);
  }
  const isParent =
    (dragged.kind === "concept" && on.kind === "module") ||
    (dragged.kind === "module" && on.kind === "stage");
  const parent = to.siblings[to.index];
  return isParent && parent !== undefined ? land("inside", parent, parent.children, 0) : null;
}

function placeOf(stages: Rows, row: Pick<Row, "kind" | "id">) {
  const modules = stages.flatMap((stage) => stage.children);
  const parents = row.kind === "stage" ? [] : row.kind === "module" ? stages : modules;
  const parent = parents.find((one) => one.children.some((child) => child.id === row.id)) ?? null;
  const siblings = parent?.children ?? stages;
  return { siblings, index: siblings.findIndex((one) => one.id === row.id), parent, parents };
}
