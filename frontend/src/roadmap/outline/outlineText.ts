import type { Roadmap } from "../roadmap";
import { conceptsOf } from "./concepts";

/** What an outline says, as plain text. */
export function outlineText(roadmap: Roadmap): string {
  return conceptsOf(roadmap)
    .map(({ name }) => name)
    .join("\n");
}
