// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { Commands } from "../../roadmap/commands/useCommands";
import { reads } from "../../roadmap/live/fixtures/run";
import { conceptsOf } from "../../roadmap/outline/concepts";
import type { Concept, Roadmap } from "../../roadmap/roadmap";
import { api } from "../../shared/api/client";
import { PreferencesProvider } from "../../shared/i18n/preferences";
import { ConceptPanel } from "./ConceptPanel";

/** A roadmap that has neither all the kinds that there are, nor the usual order. */
const roadmap: Roadmap = { ...reads.at(-1)!, kinds: ["quiz", "tutorial"] };
const ABSENT = { status: "pending", id: null, glance: null, failure: null } as const;
const commands = { roadmapId: "r", isPending: false, can: () => true, run: vi.fn() } satisfies Commands;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("scrollTo", () => undefined);
  const answered = (data: object) => Promise.resolve({ data, response: new Response() }) as never;
  // The concept with no artefact, and its versions: none.
  const nothing = { tutorial: null, resources: null, quiz: null, items: [] };
  vi.spyOn(api, "GET").mockImplementation(() => answered(nothing));
  vi.spyOn(api, "POST").mockImplementation(() => answered({}));
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function show(artefacts: Concept["artefacts"]) {
  const concept: Concept = { ...conceptsOf(roadmap)[0]!, artefacts };
  const Page = () => <ConceptPanel roadmap={roadmap} concept={concept} commands={commands} view="map" />;
  const root = createRootRoute();
  const routeTree = root.addChildren([
    createRoute({ getParentRoute: () => root, path: "/roadmaps/$roadmapId", component: Page }),
  ]);
  const history = createMemoryHistory({ initialEntries: ["/roadmaps/r"] });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <PreferencesProvider>
        <RouterProvider router={createRouter({ routeTree, history }) as never} />
      </PreferencesProvider>
    </QueryClientProvider>,
  );
  await screen.findByRole("tablist");
}

const names = (role: string) => screen.getAllByRole(role).map((one) => one.textContent);

test("the panel shows the kinds of the roadmap, with how many items each has, and begins with the first", async () => {
  await show({
    tutorial: { ...ABSENT, glance: { summary: "Joins." } },
    quiz: { ...ABSENT, glance: { count: 5 } },
  });
  expect(names("tab")).toEqual(["Quiz 5", "Tutorial ", "Versions"]);
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Quiz 5");
});

test("why an artefact has failed is shown in its own tab", async () => {
  const failure = { artefact: "quiz", code: "timeout", message: "Too slow.", retryable: true } as const;
  await show({ tutorial: ABSENT, quiz: { ...ABSENT, status: "failed", failure } });
  const panel = (name: string) => within(screen.getByRole("tabpanel", { name }));
  expect(panel("Quiz").getByText("Too slow.")).toBeTruthy();
  fireEvent.mouseDown(screen.getByRole("tab", { name: "Tutorial" }));
  expect(panel("Tutorial").getByText("This part is waiting to be written.")).toBeTruthy();
  expect(panel("Tutorial").queryByText("Too slow.")).toBeNull();
});

test("each kind of the roadmap can be written again", async () => {
  await show({ tutorial: ABSENT, quiz: ABSENT });
  fireEvent.mouseDown(screen.getByRole("tab", { name: "Versions" }));
  expect(names("option")).toEqual(["Quiz", "Tutorial"]);
  fireEvent.change(screen.getByRole("combobox"), { target: { value: "tutorial" } });
  fireEvent.click(screen.getByRole("button", { name: "Write again: tutorial" }));
  const conceptId = conceptsOf(roadmap)[0]!.concept_id;
  expect(commands.run).toHaveBeenCalledExactlyOnceWith("regenerate", {
    conceptId,
    artefacts: ["tutorial"],
    instructions: "",
  });
});
