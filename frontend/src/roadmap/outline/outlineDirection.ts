import type { RoadmapView } from "../../shared/api/schema";
import { FROM_THE_RIGHT } from "../../shared/languages/direction";
import { directionOf, type Direction } from "../../shared/languages/tags";

/** Where a roadmap begins its lines: what its language says, if the author did write in it. */
export function outlineDirection({ language, stages }: Pick<RoadmapView, "language" | "stages">): Direction {
  const isWritten = stages.some((stage) => FROM_THE_RIGHT.test(stage.name));
  return directionOf(language) === "rtl" && isWritten ? "rtl" : "ltr";
}
