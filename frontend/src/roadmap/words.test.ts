import { expect, test } from "vitest";

import type { ConceptView, RoadmapView } from "../shared/api/schema";
import { translator } from "../shared/i18n/translate";
import recorded from "./live/fixtures/run.json";
import { conceptsOf } from "./outline/concepts";
import { word } from "./words";

const reads = recorded.reads as unknown as RoadmapView[];
const written = structuredClone(reads.find((read) => read.progress.completed > 3)!);
const t = translator("en");

function concept(change: Partial<ConceptView>): ConceptView {
  return { ...conceptsOf(written)[0]!, learned_at: null, ...change };
}

test("every state has its word", () => {
  expect(word(concept({ content_status: "pending" }), t)).toBe("waiting");
  expect(word(concept({ content_status: "completed" }), t)).toBe("ready");
  expect(word(concept({ content_status: "completed", learned_at: "2026-01-01T00:00:00Z" }), t)).toBe(
    "learned",
  );
  expect(word(concept({ content_status: "partial", quiz_status: "failed" }), t)).toBe("quiz missing");
});
