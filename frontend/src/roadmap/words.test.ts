import { expect, test } from "vitest";

import { translator } from "../shared/i18n/translate";
import { reads } from "./live/fixtures/run";
import { conceptsOf } from "./outline/concepts";
import type { Concept } from "./roadmap";
import { word } from "./words";

const written = structuredClone(reads.find((read) => read.progress.completed > 3)!);
const { kinds } = written;
const t = translator("en");
const FAILED = { status: "failed", id: null, glance: null, failure: null } as const;

function concept(change: Partial<Concept>): Concept {
  return { ...conceptsOf(written)[0]!, learned_at: null, ...change };
}

test("every state has its word; what is missing is told in the order of the kinds", () => {
  expect(word(concept({ content_status: "pending" }), kinds, t)).toBe("waiting");
  expect(word(concept({ content_status: "completed" }), kinds, t)).toBe("ready");
  expect(word(concept({ content_status: "completed", learned_at: "2026-01-01T00:00:00Z" }), kinds, t)).toBe(
    "learned",
  );
  expect(
    word(concept({ content_status: "partial", artefacts: { quiz: FAILED, tutorial: FAILED } }), kinds, t),
  ).toBe("tutorial, quiz missing");
});
