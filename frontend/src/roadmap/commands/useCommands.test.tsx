// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { api } from "../../shared/api/client";
import type { ContentStatus } from "../../shared/api/schema";
import { PreferencesProvider } from "../../shared/i18n/preferences";
import { NoticeProvider } from "../../shared/ui/notice";
import { reads } from "../live/fixtures/run";
import type { Concept, Roadmap } from "../roadmap";
import { useCommands, type Commands } from "./useCommands";

const roadmap: Roadmap = {
  ...reads[0]!,
  title: "SQL",
  status: "generating",
  allowed: ["pause", "cancel", "prioritise"],
};
let commands: Commands;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal("scrollTo", () => undefined);
  vi.spyOn(api, "GET").mockImplementation(answered({ concept_commands: { pending: ["prioritise"] } }));
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function show(known: Roadmap | undefined) {
  function Page() {
    commands = useCommands("r", known);
    return <p>the roadmap</p>;
  }
  const root = createRootRoute();
  const routeTree = root.addChildren([
    createRoute({ getParentRoute: () => root, path: "/", component: () => <p>all roadmaps</p> }),
    createRoute({ getParentRoute: () => root, path: "/roadmaps/$roadmapId", component: Page }),
  ]);
  const history = createMemoryHistory({ initialEntries: ["/roadmaps/r"] });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <PreferencesProvider>
        <NoticeProvider>
          <RouterProvider router={createRouter({ routeTree, history }) as never} />
        </NoticeProvider>
      </PreferencesProvider>
    </QueryClientProvider>,
  );
  await screen.findByText("the roadmap");
}

const answered = (data: object) => () => Promise.resolve({ data, response: new Response() }) as never;
const accepted = answered({});
const refused = () =>
  Promise.resolve({
    error: { code: "conflict", detail: "It is not being written.", retryable: false },
    response: new Response(null, { status: 409 }),
  }) as never;

test("a refusal is shown as a sentence, which the next command that succeeds takes away", async () => {
  await show(roadmap);
  vi.spyOn(api, "POST").mockImplementationOnce(refused).mockImplementation(accepted);
  expect(await commands.run("pause")).toBe(false);
  expect(await screen.findByText("It is not being written.")).toBeTruthy();
  expect(await commands.run("cancel")).toBe(true);
  await waitFor(() => expect(screen.queryByText("It is not being written.")).toBeNull());
});

test("commands to a roadmap are sent one after the other", async () => {
  await show(roadmap);
  let answer: () => void = () => undefined;
  const slow = new Promise<never>((resolve) => (answer = () => resolve(accepted())));
  const post = vi
    .spyOn(api, "POST")
    .mockImplementationOnce(() => slow as never)
    .mockImplementation(accepted);
  const both = [commands.run("pause"), commands.run("cancel")];
  await waitFor(() => expect(commands.isPending).toBe(true));
  expect(post).toHaveBeenCalledTimes(1);
  answer();
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(post).toHaveBeenCalledTimes(2);
});

test("what was deleted can be taken back from the home page", async () => {
  await show(roadmap);
  const deleted = vi.spyOn(api, "DELETE").mockImplementation(accepted);
  const post = vi.spyOn(api, "POST").mockImplementation(accepted);
  expect(await commands.run("delete")).toBe(true);
  expect(deleted).toHaveBeenCalledTimes(1);
  expect(await screen.findByText("all roadmaps")).toBeTruthy();
  expect(await screen.findByText("“SQL” was deleted.")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(post).toHaveBeenCalledTimes(1));
  expect(post.mock.calls[0]![0]).toBe("/api/v1/roadmaps/{roadmap_id}/restore");
});

test("nothing can be done to a roadmap that is not known yet", async () => {
  await show(undefined);
  expect(commands.can("delete")).toBe(false);
  cleanup();
  await show(roadmap);
  expect(commands.can("delete")).toBe(true);
  expect(commands.can("resume")).toBe(false);
});

test("what concepts permit is asked once, and holds for a concept in that status", async () => {
  await show(roadmap);
  const concept = (content_status: ContentStatus) => ({ content_status }) as Concept;
  await waitFor(() => expect(commands.can("prioritise", concept("pending"))).toBe(true));
  expect(commands.can("prioritise", concept("generating"))).toBe(false);
  expect(vi.mocked(api.GET)).toHaveBeenCalledExactlyOnceWith("/api/v1/about", expect.anything());
});
