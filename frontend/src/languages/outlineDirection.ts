import type { RoadmapView } from "../api/schema";
import { directionOf, type Direction } from "./tags";

const FROM_THE_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Where a roadmap begins its lines: what its language says, if the author did write in it. */
export function outlineDirection({ language, stages }: RoadmapView): Direction {
  const isWritten = stages.some((stage) => FROM_THE_RIGHT.test(stage.name));
  return directionOf(language) === "rtl" && isWritten ? "rtl" : "ltr";
}
