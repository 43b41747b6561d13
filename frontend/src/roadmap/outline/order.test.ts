import { expect, test } from "vitest";

import { reads } from "../live/fixtures/run";
import type { Concept } from "../roadmap";
import { conceptsOf } from "./concepts";
import { nextToLearn, related } from "./order";

const written = structuredClone(reads.find((read) => read.progress.completed > 3)!);

test("what is next to learn is ready, not learned, and needs nothing that is not learned", () => {
  const next = nextToLearn(written)!;
  expect(next.content_status).toBe("completed");
  expect(next.learned_at).toBeNull();
  const [a, b, c] = conceptsOf(structuredClone(written)).map((one) => ({
    ...one,
    content_status: "completed" as const,
    learned_at: null as string | null,
    prerequisites: [] as string[],
  })) as [Concept, Concept, Concept];
  const course = (...concepts: Concept[]) => ({
    ...written,
    stages: [{ ...written.stages[0]!, modules: [{ ...written.stages[0]!.modules[0]!, concepts }] }],
  });
  b.prerequisites = [c.concept_id];
  expect(nextToLearn(course({ ...a, learned_at: "2026-01-01T00:00:00Z" }, b, c))).toBe(c);
  expect(nextToLearn(course(b))).toBe(b); // what it needs is not ready: better than nothing
  const none = { ...written, stages: [] };
  expect(nextToLearn(none)).toBeNull();
});

test("a concept belongs together with all that it needs and all that need it, and with nothing else", () => {
  const chain = structuredClone(written);
  const [a, b, c, d] = conceptsOf(chain) as [Concept, Concept, Concept, Concept];
  for (const one of conceptsOf(chain)) one.prerequisites = [];
  b.prerequisites = [a.concept_id];
  c.prerequisites = [b.concept_id];
  d.prerequisites = [a.concept_id];
  expect(related(chain, b.concept_id)).toEqual(new Set([a.concept_id, b.concept_id, c.concept_id]));
});
