import { expect, test } from "vitest";

import { directionOf, placed } from "./placed";

type Concepts = [string, string[]][];

const chain: Concepts = Array.from({ length: 12 }, (_, i) => [`c${i}`, i === 0 ? [] : [`c${i - 1}`]]);
const star: Concepts = [
  ["root", []],
  ...Array.from({ length: 40 }, (_, i): [string, string[]] => [`c${i}`, ["root"]]),
];

test("a long graph goes down, a broad one to the right", () => {
  expect(directionOf(chain)).toBe("TB");
  expect(directionOf(star)).toBe("LR");
});

test.each([
  ["y", chain],
  ["x", star],
] as const)("along %s, what is needed stands before what needs it", (axis, concepts) => {
  const { places } = placed(concepts);
  for (const [id, prerequisites] of concepts) {
    for (const from of prerequisites) expect(places.get(from)![axis]).toBeLessThan(places.get(id)![axis]);
  }
});

test("no card lies on another", () => {
  const places = [...placed(star).places.values()];
  const near = places.flatMap((a, i) =>
    places.slice(i + 1).filter((b) => Math.abs(a.x - b.x) < 210 && Math.abs(a.y - b.y) < 56),
  );
  expect(near).toEqual([]);
});

test("a graph without concepts has no places", () => {
  expect(placed([]).places.size).toBe(0);
});
