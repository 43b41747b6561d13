/** A tutorial: its view is a chunk of its own, as Markdown, formulas and code take much to draw. */

import { lazy, Suspense } from "react";

import type { TutorialView } from "../../../shared/api/schema";
import { Waiting } from "../../../shared/ui/Waiting";
import type { ArtefactSpec } from "../spec";

const Lesson = lazy(() => import("./Lesson"));

export const tutorial: ArtefactSpec = {
  content: ({ roadmap, detail: { tutorial: written } }) =>
    written && {
      key: written.tutorial_id,
      text: () => textOf(written),
      view: (
        <Suspense fallback={<Waiting />}>
          <Lesson tutorial={written} language={roadmap.language} />
        </Suspense>
      ),
    },
};

function textOf({ summary, sections, example, exercises, mistakes }: TutorialView): string {
  const parts = sections.flatMap(({ heading, markdown }) => [heading, markdown]);
  return [summary, ...parts, example ?? "", ...(exercises ?? []), ...(mistakes ?? [])]
    .filter(Boolean)
    .join("\n\n");
}
