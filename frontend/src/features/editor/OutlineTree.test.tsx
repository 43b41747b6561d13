// @vitest-environment jsdom
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { reads } from "../../roadmap/live/fixtures/run";
import { conceptsOf } from "../../roadmap/outline/concepts";
import type { Concept, Roadmap } from "../../roadmap/roadmap";
import { PreferencesProvider } from "../../shared/i18n/preferences";
import { OutlineTree } from "./OutlineTree";

const recorded = reads.at(-1)!;

beforeEach(() => vi.stubGlobal("matchMedia", () => ({ matches: false })));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** The recorded roadmap, described as the test wants it. */
function described(what: string, first: Partial<Concept>): Roadmap {
  const { concept_id: firstId } = conceptsOf(recorded)[0]!;
  return {
    ...recorded,
    stages: recorded.stages.map((stage) => ({
      ...stage,
      description: what && `${what} ${stage.stage_id}`,
      modules: stage.modules.map((module) => ({
        ...module,
        description: what && `${what} ${module.module_id}`,
        concepts: module.concepts.map((concept) => ({
          ...concept,
          description: what && `${what} ${concept.concept_id}`,
          ...(concept.concept_id === firstId ? first : {}),
        })),
      })),
    })),
  };
}

function show(roadmap: Roadmap) {
  const { container } = render(
    <PreferencesProvider>
      <OutlineTree roadmap={roadmap} edit={() => Promise.resolve(true)} disabled={false} />
    </PreferencesProvider>,
  );
  return [...container.querySelectorAll<HTMLElement>("[data-row]")];
}

test("every stage, module and concept says under its name what it is about", () => {
  const rows = show(described("About", {}));
  expect(rows.length).toBeGreaterThan(conceptsOf(recorded).length);
  for (const row of rows) within(row).getByText(`About ${row.dataset.row}`);
});

test("a row about which nothing is said has no empty line", () => {
  show(described("", {}));
  expect(screen.queryAllByRole("paragraph")).toEqual([]);
});

test.each(["easy", "medium", "hard"] as const)("a concept that is %s says so", (difficulty) => {
  const [first] = conceptsOf(recorded);
  const row = show(described("", { difficulty })).find((one) => one.dataset.row === first!.concept_id);
  within(row!).getByText(difficulty);
});
