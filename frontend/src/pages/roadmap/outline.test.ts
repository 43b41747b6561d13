import { expect, test } from "vitest";

import type { RoadmapView } from "../../api/schema";
import recorded from "../../live/fixtures/run.json";
import { inserted, moved, neighbour, outlineRows, removal, type Row, type Rows } from "./outline";

const roadmap = (recorded.reads as unknown as RoadmapView[]).find((read) => read.stages.length > 1)!;
const stages = outlineRows(roadmap);
const modules = stages.flatMap((stage) => stage.children);
const all = [...stages, ...modules, ...modules.flatMap((module) => module.children)];

/** The roadmap with only these concepts in its first module. */
function withFirstModule(count: number): Rows {
  const copy = structuredClone(roadmap);
  const module = copy.stages[0]!.modules[0]!;
  module.concepts = module.concepts.slice(0, count);
  return outlineRows(copy);
}

test("the first row goes no higher, the last no lower", () => {
  expect(moved(stages, stages[0]!, -1)).toBeNull();
  expect(moved(stages, stages[stages.length - 1]!, 1)).toBeNull();
});

test("a step down stands before the row after the next, or at the end", () => {
  const [first, second, third] = modules[0]!.children as [Row, Row, Row | undefined];
  expect(moved(stages, first, 1)).toEqual({
    op: "move",
    target: "concept",
    id: first.id,
    into: modules[0]!.id,
    before: third?.id ?? null,
  });
  expect(moved(stages, second, -1)).toMatchObject({ id: second.id, before: first.id });
});

test("from the end of a module, a concept goes to the start of the next one", () => {
  const last = modules[0]!.children.at(-1)!;
  expect(moved(stages, last, 1)).toMatchObject({
    into: modules[1]!.id,
    before: modules[1]!.children[0]!.id,
  });
});

test("a move never empties a parent", () => {
  const lonely = withFirstModule(1);
  const only = { kind: "concept", id: lonely[0]!.children[0]!.children[0]!.id } as const;
  expect(moved(lonely, only, 1)).toBeNull();
  expect(inserted(lonely, only, modules[1]!)).toBeNull();
  expect(inserted(lonely, only, modules[1]!.children[0]!)).toBeNull();
});

test("with the last concept of a module, the module is removed", () => {
  const lonely = withFirstModule(1);
  const only = { kind: "concept", id: lonely[0]!.children[0]!.children[0]!.id } as const;
  const removed = removal(lonely, only);
  expect(removed).toMatchObject({ op: "remove" });
  expect(removed).not.toMatchObject({ target: "concept" });
});

test("the last stage of all stays", () => {
  expect(removal(stages.slice(0, 1), stages[0]!)).toBeNull();
});

test("a row is dropped on its own kind or on its parent's kind, and on nothing else", () => {
  const concept = modules[0]!.children[0]!;
  for (const row of all) {
    const operation = inserted(stages, concept, row);
    if (row.id === concept.id || row.kind === "stage") expect(operation).toBeNull();
    else expect(operation).toMatchObject({ before: row.kind === "concept" ? row.id : null });
  }
});

test("when a row is gone, the next one has the focus, or the one before, or the parent", () => {
  const [first, ...rest] = modules[0]!.children as [Row, ...Row[]];
  expect(neighbour(stages, first)).toBe(rest[0]!.id);
  expect(neighbour(stages, rest.at(-1)!)).toBe(modules[0]!.children.at(-2)!.id);
  const lonely = withFirstModule(1);
  expect(neighbour(lonely, lonely[0]!.children[0]!.children[0]!)).toBe(lonely[0]!.children[0]!.id);
});
