// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { reads } from "../../roadmap/live/fixtures/run";
import { conceptsOf } from "../../roadmap/outline/concepts";
import type { Concept } from "../../roadmap/roadmap";
import type { ArtefactKind, ShownArtefact } from "../../shared/api/schema";
import { ConceptRing } from "./ConceptRing";

const [concept] = conceptsOf(reads.find((read) => read.stages.length > 0)!);

const THREE = ["tutorial", "resources", "quiz"] as const;
const ABSENT: ShownArtefact = { status: "pending", id: null, glance: null, failure: null };
const THERE: ShownArtefact = { ...ABSENT, status: "completed", id: "i" };

function arcsOf(kinds: readonly ArtefactKind[], artefacts: Concept["artefacts"]): unknown[] {
  const { container } = render(
    <ConceptRing concept={{ ...concept!, artefacts, learned_at: null }} kinds={kinds} />,
  );
  const arcs = [...container.querySelectorAll<SVGPathElement>("path[data-status]")];
  return arcs.map((arc) => arc.dataset.status);
}

afterEach(cleanup);

test("a saved artefact fills its arc alone, whatever the order in which artefacts come", () => {
  const artefacts = { quiz: THERE, tutorial: ABSENT, resources: ABSENT };
  expect(arcsOf(THREE, artefacts)).toEqual(["pending", "pending", "completed"]);
});

test("a concept's ring has an arc for each kind of the roadmap, and none for another", () => {
  const artefacts = { tutorial: THERE, quiz: THERE, notes: THERE };
  expect(arcsOf(["quiz"], artefacts)).toEqual(["completed"]);
  const four = [...THREE, "notes" as ArtefactKind];
  expect(arcsOf(four, artefacts)).toEqual(["completed", "pending", "completed", "completed"]);
});
