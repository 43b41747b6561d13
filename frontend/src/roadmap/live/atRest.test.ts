import { expect, test } from "vitest";

import { artefactOf } from "../artefacts";
import { conceptsOf } from "../outline/concepts";
import { atRest } from "./atRest";
import { events, reads } from "./fixtures/run";
import { apply } from "./reducer";

const [first] = reads;

test("while nothing is heard, nothing is shown as being written, and nothing that is there is lost", () => {
  let roadmap = first!;
  for (const event of events.slice(first!.seq)) {
    roadmap = apply(roadmap, event);
    const shown = atRest(roadmap);
    const statuses = conceptsOf(shown).flatMap((one) => [
      one.content_status,
      ...roadmap.kinds.map((kind) => artefactOf(one, kind).status),
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
