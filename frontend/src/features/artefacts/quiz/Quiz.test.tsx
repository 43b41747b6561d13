// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { api } from "../../../shared/api/client";
import type { QuizView } from "../../../shared/api/schema";
import { PreferencesProvider } from "../../../shared/i18n/preferences";
import { Quiz } from "./Quiz";

const quiz = {
  quiz_id: "q",
  questions: ["first", "second"].map((name) => ({
    question_id: name,
    type: "single",
    prompt: `The ${name} question`,
    options: ["right", "wrong"].map((text) => ({ option_id: text, text: `${name} ${text}` })),
  })),
} as unknown as QuizView;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.spyOn(api, "POST").mockImplementation(((_path: string, { body }: { body: { answers: object } }) => {
    const [[question_id, chosen]] = Object.entries(body.answers) as [[string, string[]]];
    const correct = chosen[0] === "right";
    const marked = { question_id, correct, correct_options: ["right"], explanation: "Because." };
    return Promise.resolve({ data: { score: 0, questions: [marked] }, response: new Response() });
  }) as never);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("one question at a time: it is marked with words, the focus goes along, the score counts", async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <PreferencesProvider>
        <Quiz roadmapId="r" conceptId="c" quiz={quiz} language="en" />
      </PreferencesProvider>
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByLabelText("first wrong"));
  fireEvent.click(screen.getByRole("button", { name: "Check" }));
  const next = await screen.findByRole("button", { name: "Next question" });
  expect(document.activeElement).toBe(next);
  expect(screen.getByText("✓ right answer")).toBeTruthy();
  expect(screen.getByText("your answer")).toBeTruthy();
  fireEvent.click(next);
  expect(document.activeElement?.textContent).toBe("The second question");
  fireEvent.click(screen.getByLabelText("second right"));
  fireEvent.click(screen.getByRole("button", { name: "Check" }));
  fireEvent.click(await screen.findByRole("button", { name: "Show the score" }));
  expect(document.activeElement?.textContent).toBe("1 of 2 right");
});
