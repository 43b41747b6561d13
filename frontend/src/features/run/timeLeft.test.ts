import fc from "fast-check";
import { expect, test } from "vitest";

import type { ProgressView } from "../../shared/api/schema";
import { observed, timeLeft, type Pace } from "./timeLeft";

const TOTAL = 250;
const progress = (completed: number, total = TOTAL): ProgressView => ({
  total,
  completed,
  partial: 0,
  failed: 0,
  generating: 5,
  pending: 0,
});

/** What is left after each of these: so many milliseconds later, so many are finished. */
function run(steps: readonly (readonly [milliseconds: number, finished: number])[], pace: Pace = []) {
  let [at, now] = [0, pace];
  return steps.map(([milliseconds, finished]) => {
    at += milliseconds;
    now = observed(now, at, progress(finished), true);
    return timeLeft(now, at, progress(finished));
  });
}

test("nothing is said before enough has finished", () => {
  expect(
    run([
      [0, 0],
      [1000, 1],
      [1000, 2],
    ]),
  ).toEqual([null, null, null]);
  expect(
    run([
      [0, 0],
      [1000, 1],
      [1000, 3],
    ]).at(-1),
  ).not.toBeNull();
});

test("at a steady pace it is right from the first word to the last", () => {
  const said = run(Array.from({ length: TOTAL + 1 }, (_, done) => [done === 0 ? 0 : 2000, done] as const));
  said.forEach((left, done) => {
    if (done >= 3 && done < TOTAL) expect(left).toBe((TOTAL - done) * 2000);
  });
  expect(said.at(-1)).toBeNull();
});

test("batches of any size at a steady pace give the same", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 4, maxLength: 20 }), (sizes) => {
      let done = 0;
      const said = run([[0, 0], ...sizes.map((size) => [size * 1000, (done += size)] as const)]);
      if (done >= 3) expect(said.at(-1)).toBeCloseTo((TOTAL - done) * 1000, 5);
    }),
  );
});

test("the recent past counts, not the beginning", () => {
  const slow = Array.from({ length: 60 }, (_, index) => [10_000, index] as const);
  const fast = Array.from({ length: 40 }, (_, index) => [1000, 60 + index] as const);
  expect(run([...slow, ...fast]).at(-1)).toBe((TOTAL - 99) * 1000);
});

test("a pause is not counted: the run is measured anew", () => {
  const moments = [
    [0, 0],
    [1000, 2],
    [1000, 4],
  ] as const;
  let pace: Pace = [];
  let at = 0;
  for (const [milliseconds, finished] of moments) {
    at += milliseconds;
    pace = observed(pace, at, progress(finished), true);
  }
  expect(timeLeft(pace, at, progress(4))).not.toBeNull();
  pace = observed(pace, at, progress(4), false);
  expect(timeLeft(pace, at, progress(4))).toBeNull();
  const later = at + 3_600_000;
  pace = observed(pace, later, progress(4), true);
  expect(timeLeft(pace, later, progress(4))).toBeNull();
  pace = observed(pace, later + 4000, progress(8), true);
  expect(timeLeft(pace, later + 4000, progress(8))).toBe((TOTAL - 8) * 1000);
});

test("it counts down between two moments, and a run that stalls is not guessed about", () => {
  const pace: Pace = [
    { at: 0, finished: 0 },
    { at: 5000, finished: 5 },
    { at: 10_000, finished: 10 },
  ];
  expect(timeLeft(pace, 12_000, progress(10))).toBe(238_000);
  expect(timeLeft(pace, 26_000, progress(10))).toBeNull();
});

test("what is written again is measured anew", () => {
  const pace = observed(
    [
      { at: 0, finished: 0 },
      { at: 9000, finished: 9 },
    ],
    10_000,
    progress(3),
    true,
  );
  expect(pace).toEqual([{ at: 10_000, finished: 3 }]);
});
