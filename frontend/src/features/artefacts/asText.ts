/** What an artefact or an outline says, as plain text. */

import type { QuizView, ResourcesView, RoadmapView, TutorialView } from "../../shared/api/schema";
import { conceptsOf } from "../../roadmap/live/reducer";

export function tutorialText({ summary, sections, example, exercises, mistakes }: TutorialView): string {
  const parts = sections.flatMap(({ heading, markdown }) => [heading, markdown]);
  return [summary, ...parts, example ?? "", ...(exercises ?? []), ...(mistakes ?? [])]
    .filter(Boolean)
    .join("\n\n");
}

export function resourcesText({ items }: ResourcesView): string {
  return items
    .map(({ title, url, description }) => [title, url, description ?? ""].filter(Boolean).join("\n"))
    .join("\n\n");
}

export function quizText({ questions }: QuizView): string {
  return questions
    .map(({ prompt, options }) => [prompt, ...options.map(({ text }) => `– ${text}`)].join("\n"))
    .join("\n\n");
}

export function outlineText(roadmap: RoadmapView): string {
  return conceptsOf(roadmap)
    .map(({ name }) => name)
    .join("\n");
}
