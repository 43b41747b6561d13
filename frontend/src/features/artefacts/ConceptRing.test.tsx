// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { KINDS } from "../../roadmap/artefacts";
import recorded from "../../roadmap/live/fixtures/run.json";
import { conceptsOf } from "../../roadmap/outline/concepts";
import type { RoadmapView } from "../../shared/api/schema";
import { ConceptRing } from "./ConceptRing";
import { ARTEFACTS } from "./registry";

const [concept] = conceptsOf(
  (recorded.reads as unknown as RoadmapView[]).find((read) => read.stages.length > 0)!,
);

afterEach(cleanup);

test("a concept's ring has an arc for each kind of artefact that has a view", () => {
  expect([...KINDS].sort()).toEqual(Object.keys(ARTEFACTS).sort());
  const { container } = render(<ConceptRing concept={concept!} />);
  expect(container.querySelectorAll("path[data-status]")).toHaveLength(KINDS.length);
});

test("a saved artefact fills its arc alone", () => {
  const statuses = {
    tutorial_status: "pending",
    resources_status: "pending",
    quiz_status: "completed",
  } as const;
  const { container } = render(<ConceptRing concept={{ ...concept!, ...statuses, learned_at: null }} />);
  const arcs = [...container.querySelectorAll<SVGPathElement>("path[data-status]")];
  expect(arcs.map((arc) => arc.dataset.status)).toEqual(["pending", "pending", "completed"]);
});
