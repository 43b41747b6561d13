/** Where a text begins its lines, judged by its letters. */

import { directionOf } from "./tags";

export const FROM_THE_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** For `dir`: a text in Arabic that begins with a Latin word is Arabic; what its first letter says is not enough. */
export function textDirection(text: string, language: string): "rtl" | "auto" {
  return directionOf(language) === "rtl" && FROM_THE_RIGHT.test(text) ? "rtl" : "auto";
}
