import { FROM_THE_RIGHT } from "../../shared/languages/direction";
import { directionOf, type Direction } from "../../shared/languages/tags";
import type { Roadmap } from "../roadmap";

/** Where a roadmap begins its lines: what its language says, if the author did write in it. */
export function outlineDirection({ language, stages }: Pick<Roadmap, "language" | "stages">): Direction {
  const isWritten = stages.some((stage) => FROM_THE_RIGHT.test(stage.name));
  return directionOf(language) === "rtl" && isWritten ? "rtl" : "ltr";
}
