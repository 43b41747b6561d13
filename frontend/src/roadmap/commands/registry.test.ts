import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { api, Fault } from "../../shared/api/client";
import { translator } from "../../shared/i18n/translate";
import { COMMANDS, type CommandPage } from "./registry";

const BASE = "/api/v1/roadmaps/{roadmap_id}";
let answer: { data?: unknown; error?: unknown; response: Response };
let sent: unknown[];

beforeEach(() => {
  answer = { data: {}, response: new Response() };
  sent = [];
  for (const method of ["POST", "PUT", "DELETE"] as const)
    vi.spyOn(api, method).mockImplementation(((path: string, { params, body }: Record<string, unknown>) => {
      sent.push([method, path, (params as { path: unknown }).path, ...(body === undefined ? [] : [body])]);
      return Promise.resolve(answer);
    }) as never);
});
afterEach(() => void vi.restoreAllMocks());

function pageOf(): CommandPage & { show: ReturnType<typeof vi.fn> } {
  return {
    t: translator("en"),
    title: "SQL",
    show: vi.fn(),
    run: vi.fn(),
    refreshLists: vi.fn(),
    openHome: vi.fn(),
    openRoadmap: vi.fn(),
  } as never;
}

test.each([
  ["approve", "approve"],
  ["pause", "pause"],
  ["resume", "resume"],
  ["cancel", "cancel"],
  ["retry", "retry"],
  ["undo", "outline/undo"],
  ["redo", "outline/redo"],
  ["undelete", "restore"],
  ["duplicate", "duplicate"],
] as const)("%s is sent to the roadmap", async (name, path) => {
  await COMMANDS[name].send("r");
  expect(sent).toEqual([["POST", `${BASE}/${path}`, { roadmap_id: "r" }]]);
});

test("what a command needs is sent along", async () => {
  const path = { roadmap_id: "r", concept_id: "c" };
  const of = `${BASE}/concepts/{concept_id}`;
  const conceptId = "c";
  await COMMANDS.revise.send("r", { feedback: "shorter" });
  await COMMANDS.prioritise.send("r", { conceptId });
  await COMMANDS.learned.send("r", { conceptId, learned: true });
  await COMMANDS.regenerate.send("r", { conceptId, artefacts: ["quiz"], instructions: "" });
  await COMMANDS.restore.send("r", { conceptId, artefact: "quiz", version: 2 });
  await COMMANDS.delete.send("r");
  expect(sent).toEqual([
    ["POST", `${BASE}/revise`, { roadmap_id: "r" }, { feedback: "shorter" }],
    ["POST", `${of}/prioritise`, path],
    ["PUT", `${of}/learned`, path, { learned: true }],
    ["POST", `${of}/regenerate`, path, { artefacts: ["quiz"], instructions: null }],
    ["POST", `${of}/restore`, path, { artefact: "quiz", version: 2 }],
    ["DELETE", BASE, { roadmap_id: "r" }],
  ]);
});

test("an edit says which prerequisites it has cost, and that can be undone", async () => {
  const dropped = { concept_id: "b", concept_name: "Joins", prerequisite_id: "a", prerequisite_name: "Keys" };
  answer.data = { dropped_prerequisites: [dropped, dropped] };
  const page = pageOf();
  const afterwards = await COMMANDS.edit.send("r", { operations: [] });
  await afterwards(page);
  const { text, isPassing, undo } = page.show.mock.calls[0]![0];
  expect(text).toBe(
    "“Joins” no longer needs “Keys”, which now comes later; 1 more prerequisites were also removed.",
  );
  expect(isPassing).toBe(true);
  undo();
  expect(page.run).toHaveBeenCalledWith("undo");
});

test("an edit that costs nothing says nothing", async () => {
  const page = pageOf();
  await (
    await COMMANDS.edit.send("r", { operations: [] })
  )(page);
  expect(page.show).not.toHaveBeenCalled();
});

test("a copy is opened", async () => {
  answer.data = { roadmap_id: "copy" };
  const page = pageOf();
  await (
    await COMMANDS.duplicate.send("r")
  )(page);
  expect(page.openRoadmap).toHaveBeenCalledWith("copy");
});

test("a refusal is a fault", async () => {
  answer = { error: { code: "conflict" }, response: new Response(null, { status: 409 }) };
  await expect(COMMANDS.pause.send("r")).rejects.toThrow(Fault);
  await expect(COMMANDS.delete.send("r")).rejects.toThrow(Fault);
});
