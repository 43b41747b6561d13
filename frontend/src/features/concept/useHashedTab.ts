/** The part of a concept that the address names behind `#`: a kind of artefact, a place in one, or the note. */

import { useLocation } from "@tanstack/react-router";

export function useHashedTab(): string {
  return tabOf(useLocation({ select: ({ hash }) => hash }));
}

/** The places in a tutorial and in a quiz are named as a search names them. */
export function tabOf(hash: string): string {
  if (/^section-\d+$|^(example|exercises|mistakes)$/.test(hash)) return "tutorial";
  return hash.startsWith("question-") ? "quiz" : hash;
}
