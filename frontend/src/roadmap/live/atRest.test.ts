import { expect, test } from "vitest";

import type { RoadmapView } from "../../shared/api/schema";
import { conceptsOf } from "../outline/concepts";
import { atRest } from "./atRest";
import recorded from "./fixtures/run.json";
import { apply, type LiveEvent } from "./reducer";

const [first] = recorded.reads as unknown as RoadmapView[];
const events = recorded.events as unknown as LiveEvent[];

test("while nothing is heard, nothing is shown as being written, and nothing that is there is lost", () => {
  let roadmap = first!;
  for (const event of events.slice(first!.seq)) {
    roadmap = apply(roadmap, event);
    const shown = atRest(roadmap);
    const statuses = conceptsOf(shown).flatMap((one) => [
      one.content_status,
      one.tutorial_status,
      one.resources_status,
      one.quiz_status,
    ]);
    expect(statuses).not.toContain("generating");
    expect({ ...shown.progress, generating: 0, pending: 0 }).toEqual({
      ...roadmap.progress,
      generating: 0,
      pending: 0,
    });
    const { total, generating, pending } = shown.progress;
    expect([generating, pending]).toEqual([0, roadmap.progress.pending + roadmap.progress.generating]);
    expect(conceptsOf(shown).length).toBe(conceptsOf(roadmap).length);
    expect(total).toBe(roadmap.progress.total);
  }
});
