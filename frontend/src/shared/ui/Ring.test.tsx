// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { Ring } from "./Ring";

const arcs = (...statuses: ("pending" | "completed")[]) =>
  statuses.map((status, index) => ({ name: String(index), status }));

afterEach(cleanup);

test("it has a name, and an arc for each part", () => {
  const { container } = render(
    <Ring state="pending" arcs={arcs("pending", "pending", "pending")} label="Outer joins: waiting" />,
  );
  expect(screen.getByRole("img", { name: "Outer joins: waiting" })).toBeTruthy();
  expect(container.querySelectorAll("[data-status=pending]")).toHaveLength(3);
});

test("beside its own words it is silent", () => {
  const { container } = render(<Ring state="pending" arcs={arcs("pending")} />);
  expect(screen.queryByRole("img")).toBeNull();
  expect(container.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
});

test("a saved artefact fills its arc alone", () => {
  const { container } = render(
    <Ring state="pending" arcs={arcs("completed", "pending", "pending")} label="x" />,
  );
  expect(container.querySelectorAll("[data-status=completed]")).toHaveLength(1);
});

test("what is learned is a filled disc", () => {
  const { container } = render(<Ring state="learned" arcs={arcs("completed")} label="x" />);
  expect(container.querySelector("svg")?.dataset.state).toBe("learned");
  expect(container.querySelectorAll("[data-status]")).toHaveLength(0);
});

/** Degrees from the top, clockwise, at which the arcs of a ring begin and end. */
function angles(count: number): number[] {
  const all = arcs(...Array<"pending">(count).fill("pending"));
  const { container } = render(<Ring state="pending" arcs={all} />);
  const ends = [...container.querySelectorAll("path[data-status]")].flatMap((path) => {
    const [, x1, y1, x2, y2] = /^M(\S+) (\S+) A.* (\S+) (\S+)$/.exec(path.getAttribute("d")!)!.map(Number);
    return [Math.atan2(x1! - 12, 12 - y1!), Math.atan2(x2! - 12, 12 - y2!)];
  });
  return ends.map((angle) => (Math.round((angle * 180) / Math.PI) + 360) % 360);
}

test.each([
  [1, [7, 353]],
  [2, [7, 173, 187, 353]],
  [3, [7, 113, 127, 233, 247, 353]],
  [4, [7, 83, 97, 173, 187, 263, 277, 353]],
])("%i arcs share the circle", (count, expected) => expect(angles(count)).toEqual(expected));

test("an arc of more than half a circle goes the long way", () => {
  const { container } = render(<Ring state="pending" arcs={arcs("pending")} />);
  expect(container.querySelector("path")?.getAttribute("d")).toMatch(/ A10 10 0 1 1 /);
});
