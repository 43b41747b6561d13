import fc from "fast-check";
import { expect, test } from "vitest";

import type { Concept } from "../roadmap";
import { prerequisitesOf } from "./prerequisites";

const IDS = ["a", "b", "c", "d", "e"];
const outlines = fc
  .tuple(...IDS.map(() => fc.subarray(IDS)))
  .map((needs) =>
    IDS.map((concept_id, index) => ({ concept_id, prerequisites: needs[index]! }) as unknown as Concept),
  );

test("whatever is counted can be seen and removed, and nothing else is offered but what comes earlier", () => {
  fc.assert(
    fc.property(outlines, (concepts) => {
      concepts.forEach((concept, index) => {
        const { needed, candidates } = prerequisitesOf(concepts, concept);
        expect(needed.map((one) => one.concept_id)).toEqual(concept.prerequisites);
        expect(candidates).toEqual(expect.arrayContaining([...needed]));
        const offered = candidates.filter((one) => !needed.includes(one));
        expect(offered.every((one) => concepts.indexOf(one) < index)).toBe(true);
      });
    }),
  );
});
