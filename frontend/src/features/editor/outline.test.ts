import { expect, test } from "vitest";

import { reads } from "../../roadmap/live/fixtures/run";
import { dropped, moved, neighbour, outlineRows, removal, type Row, type Rows } from "./outline";

const roadmap = reads.find((read) => read.stages.length > 1)!;
const stages = outlineRows(roadmap);
const modules = stages.flatMap((stage) => stage.children);
const all = [...stages, ...modules, ...modules.flatMap((module) => module.children)];

/** The roadmap with only these concepts in its first module. */
function withFirstModule(count: number): Rows {
  const [stage, ...others] = roadmap.stages;
  const [module, ...modules] = stage!.modules;
  const first = { ...module!, concepts: module!.concepts.slice(0, count) };
  return outlineRows({ ...roadmap, stages: [{ ...stage!, modules: [first, ...modules] }, ...others] });
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
  for (const half of ["upper", "lower"] as const) {
    expect(dropped(lonely, only, modules[1]!, half)).toBeNull();
    expect(dropped(lonely, only, modules[1]!.children[0]!, half)).toBeNull();
  }
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

/** The concepts of every module after a move, by id. */
function after(
  rows: Rows,
  { id, into, before }: { id: string; into?: string | null; before?: string | null },
) {
  return rows.flatMap((stage) =>
    stage.children.map((module) => {
      const rest = module.children.map((one) => one.id).filter((one) => one !== id);
      const place = before == null ? rest.length : rest.indexOf(before);
      return module.id === into ? rest.toSpliced(place, 0, id) : rest;
    }),
  );
}

test("a row lands where the line is drawn, and there is no line where it would stay", () => {
  for (const dragged of modules.flatMap((module) => module.children))
    for (const row of all)
      for (const half of ["upper", "lower"] as const) {
        const drop = dropped(stages, dragged, row, half);
        if (drop?.operation.op !== "move") continue;
        const home = after(stages, drop.operation).find((ids) => ids.includes(dragged.id))!;
        const place = home.indexOf(dragged.id);
        const was = modules.map((module) => module.children.map((one) => one.id));
        expect(after(stages, drop.operation)).not.toEqual(was);
        if (drop.landing === "inside")
          expect([row.kind, row.id, place]).toEqual(["module", drop.operation.into, 0]);
        else {
          expect(row.kind).toBe("concept");
          expect(home[drop.landing === "before" ? place + 1 : place - 1]).toBe(row.id);
          expect(drop.landing).toBe(half === "upper" ? "before" : "after");
        }
      }
});

test("every other place of its own kind and of its parent's can be reached, and nothing else", () => {
  const dragged = modules[0]!.children[0]!;
  const drops = all.flatMap((row) =>
    (["upper", "lower"] as const).flatMap((half) => dropped(stages, dragged, row, half) ?? []),
  );
  const reached = new Set(drops.map(({ operation }) => JSON.stringify(after(stages, operation as never))));
  const places = modules.reduce((sum, module) => sum + module.children.length + 1, 0) - 2;
  expect(reached.size).toBe(places);
});

test("when a row is gone, the next one has the focus, or the one before, or the parent", () => {
  const [first, ...rest] = modules[0]!.children as [Row, ...Row[]];
  expect(neighbour(stages, first)).toBe(rest[0]!.id);
  expect(neighbour(stages, rest.at(-1)!)).toBe(modules[0]!.children.at(-2)!.id);
  const lonely = withFirstModule(1);
  expect(neighbour(lonely, lonely[0]!.children[0]!.children[0]!)).toBe(lonely[0]!.children[0]!.id);
});
