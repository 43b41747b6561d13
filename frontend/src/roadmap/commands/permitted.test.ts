import { expect, test } from "vitest";

import type { About, Command, ContentStatus } from "../../shared/api/schema";
import { isPermitted, type CommandName, type SteeredConcept } from "./permitted";

const OF_ROADMAP = ["approve", "revise", "edit", "pause", "cancel", "retry"] as const satisfies Command[];
const OF_CONCEPT = ["prioritise", "regenerate"] as const satisfies Command[];

const byStatus: About["concept_commands"] = {
  pending: ["prioritise"],
  generating: [],
  completed: ["regenerate"],
  partial: ["regenerate"],
  failed: ["regenerate"],
};
const STATUSES = Object.keys(byStatus) as ContentStatus[];

function one(content_status: ContentStatus): SteeredConcept {
  return { concept: { content_status }, byStatus };
}

test.each(OF_ROADMAP)("%s is permitted where the server allows it, whatever the status", (name) => {
  for (const status of ["drafting", "completed"] as const) {
    expect(isPermitted(name, { status, allowed: [name] })).toBe(true);
    expect(isPermitted(name, { status, allowed: OF_ROADMAP.filter((other) => other !== name) })).toBe(false);
    expect(isPermitted(name, { status })).toBe(false);
  }
});

test("where both would do, a run that has ended is retried, not resumed", () => {
  const ways = ["resume", "retry"] as const;
  const offered = (status: "paused" | "partial", allowed: Command[]) =>
    ways.filter((name) => isPermitted(name, { status, allowed }));
  expect(offered("paused", ["resume"])).toEqual(["resume"]);
  expect(offered("partial", ["resume", "retry"])).toEqual(["retry"]);
  expect(offered("paused", [])).toEqual([]);
});

test.each(OF_CONCEPT)("%s is permitted where both the roadmap and the concept allow it", (name) => {
  const allowed = [name];
  const permitted = STATUSES.filter((status) =>
    isPermitted(name, { status: "generating", allowed }, one(status)),
  );
  expect(permitted).toEqual(STATUSES.filter((status) => byStatus[status]!.includes(name)));
  const such = one(permitted[0]!);
  expect(isPermitted(name, { status: "generating", allowed: [] }, such)).toBe(false);
  expect(isPermitted(name, { status: "generating", allowed }, { ...such, byStatus: undefined })).toBe(false);
  expect(isPermitted(name, { status: "generating", allowed })).toBe(false);
});

test("what has an outline can be copied and exported", () => {
  const stage = { stage_id: "s", name: "", description: "", order: 1, modules: [] };
  for (const name of ["duplicate", "export"] as const) {
    expect(isPermitted(name, { status: "drafting", stages: [] })).toBe(false);
    expect(isPermitted(name, { status: "completed", stages: [stage] })).toBe(true);
  }
});

test("an edit can be undone and redone where the history says so, and edits are allowed", () => {
  const roadmap = { status: "awaiting_review", allowed: ["edit"] as Command[] } as const;
  const permitted = (more: { can_undo: boolean; can_redo: boolean; allowed?: Command[] }) =>
    (["undo", "redo"] as const satisfies CommandName[]).filter((name) =>
      isPermitted(name, { ...roadmap, ...more }),
    );
  expect(permitted({ can_undo: true, can_redo: false })).toEqual(["undo"]);
  expect(permitted({ can_undo: false, can_redo: true })).toEqual(["redo"]);
  expect(permitted({ can_undo: true, can_redo: true, allowed: [] })).toEqual([]);
});

test("what is written, if only in part, can be learned", () => {
  const learned = STATUSES.filter((status) => isPermitted("learned", { status: "generating" }, one(status)));
  expect(learned).toEqual(["completed", "partial"]);
});
