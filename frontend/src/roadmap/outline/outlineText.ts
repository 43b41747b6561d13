import type { RoadmapView } from "../../shared/api/schema";
import { conceptsOf } from "./concepts";

/** What an outline says, as plain text. */
export function outlineText(roadmap: RoadmapView): string {
  return conceptsOf(roadmap)
    .map(({ name }) => name)
    .join("\n");
}
