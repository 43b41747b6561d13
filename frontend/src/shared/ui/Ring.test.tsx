// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { Ring } from "./Ring";

const pending = {
  content_status: "pending",
  tutorial_status: "pending",
  resources_status: "pending",
  quiz_status: "pending",
  learned_at: null,
} as const;

afterEach(cleanup);

test("it has a name, and an arc for each artefact", () => {
  const { container } = render(<Ring concept={pending} label="Outer joins: waiting" />);
  expect(screen.getByRole("img", { name: "Outer joins: waiting" })).toBeTruthy();
  expect(container.querySelectorAll("[data-status=pending]")).toHaveLength(3);
});

test("beside its own words it is silent", () => {
  const { container } = render(<Ring concept={pending} />);
  expect(screen.queryByRole("img")).toBeNull();
  expect(container.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
});

test("a saved artefact fills its arc alone", () => {
  const { container } = render(<Ring concept={{ ...pending, tutorial_status: "completed" }} label="x" />);
  expect(container.querySelectorAll("[data-status=completed]")).toHaveLength(1);
});

test("what is learned is a filled disc", () => {
  const learned = { ...pending, content_status: "completed", learned_at: "2026-01-01T00:00:00Z" } as const;
  const { container } = render(<Ring concept={learned} label="x" />);
  expect(container.querySelector("svg")?.dataset.state).toBe("learned");
  expect(container.querySelectorAll("[data-status]")).toHaveLength(0);
});
