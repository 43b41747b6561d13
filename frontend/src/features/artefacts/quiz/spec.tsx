/** A quiz: the server checks the answers. */

import type { QuizView } from "../../../shared/api/schema";
import type { ArtefactSpec } from "../spec";
import { Quiz } from "./Quiz";

export const quiz: ArtefactSpec = {
  content: ({ roadmap, detail: { concept_id, quiz: written } }) =>
    written && {
      key: written.quiz_id,
      text: () => textOf(written),
      view: (
        <Quiz
          roadmapId={roadmap.roadmap_id}
          conceptId={concept_id}
          quiz={written}
          language={roadmap.language}
        />
      ),
    },
};

function textOf({ questions }: QuizView): string {
  return questions
    .map(({ prompt, options }) => [prompt, ...options.map(({ text }) => `– ${text}`)].join("\n"))
    .join("\n\n");
}
