import { expect, test } from "vitest";

import type { RoadmapStatus } from "../../shared/api/schema";
import { isPermitted, type CommandName } from "./permitted";

const BY_STATUS = ["approve", "revise", "edit", "pause", "resume", "cancel", "retry", "regenerate"] as const;

const expected: Record<RoadmapStatus, CommandName[]> = {
  drafting: ["cancel"],
  awaiting_review: ["approve", "revise", "edit"],
  generating: ["pause", "cancel"],
  paused: ["edit", "resume", "cancel"],
  completed: ["revise", "edit", "regenerate"],
  partial: ["revise", "edit", "retry", "regenerate"],
  failed: ["revise", "edit", "retry", "regenerate"],
  cancelled: ["revise", "edit", "retry", "regenerate"],
};

test.each(Object.entries(expected) as [RoadmapStatus, CommandName[]][])(
  "a roadmap that is %s can be steered",
  (status, names) => expect(BY_STATUS.filter((name) => isPermitted(name, { status }))).toEqual(names),
);

test("what has an outline can be copied and exported", () => {
  const stage = { stage_id: "s", name: "", description: "", order: 1, modules: [] };
  for (const name of ["duplicate", "export"] as const) {
    expect(isPermitted(name, { status: "drafting", stages: [] })).toBe(false);
    expect(isPermitted(name, { status: "completed", stages: [stage] })).toBe(true);
  }
});

test("an edit can be undone and redone where the history says so", () => {
  const roadmap = { status: "awaiting_review", can_undo: true, can_redo: false } as const;
  expect(isPermitted("undo", roadmap)).toBe(true);
  expect(isPermitted("redo", roadmap)).toBe(false);
  expect(isPermitted("redo", { ...roadmap, can_redo: true })).toBe(true);
});

test("a concept that waits can be the next one while a run goes on, or pauses", () => {
  const waits = { content_status: "pending" } as const;
  expect(isPermitted("prioritise", { status: "generating" }, waits)).toBe(true);
  expect(isPermitted("prioritise", { status: "paused" }, waits)).toBe(true);
  expect(isPermitted("prioritise", { status: "cancelled" }, waits)).toBe(false);
  expect(isPermitted("prioritise", { status: "generating" }, { content_status: "generating" })).toBe(false);
});

test("what is written, if only in part, can be learned", () => {
  const learned = (["pending", "generating", "completed", "partial", "failed"] as const).filter(
    (content_status) => isPermitted("learned", { status: "generating" }, { content_status }),
  );
  expect(learned).toEqual(["completed", "partial"]);
});
