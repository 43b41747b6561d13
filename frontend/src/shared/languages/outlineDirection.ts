import type { RoadmapView } from "../api/schema";
import { directionOf, type Direction } from "./tags";

export const FROM_THE_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Where a roadmap begins its lines: what its language says, if the author did write in it. */
export function outlineDirection({ language, stages }: Pick<RoadmapView, "language" | "stages">): Direction {
  const isWritten = stages.some((stage) => FROM_THE_RIGHT.test(stage.name));
  return directionOf(language) === "rtl" && isWritten ? "rtl" : "ltr";
}

/** For `dir`: a text in Arabic that begins with a Latin word is Arabic; what its first letter says is not enough. */
export function textDirection(text: string, language: string): "rtl" | "auto" {
  return directionOf(language) === "rtl" && FROM_THE_RIGHT.test(text) ? "rtl" : "auto";
}
