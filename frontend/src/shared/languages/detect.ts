/** In which language a goal is typed, where that is beyond doubt. A chunk of its own: the statistics are large. */

import { detectAll } from "tinyld";

/** Below this certainty, only words that say it decide. */
const CERTAIN = 0.6;

/** How people say that they want to learn something: in a goal of three words, often all there is to go by. */
const LEARNING: Record<string, RegExp> = {
  de: saying("lernen|lerne|möchte|für|verstehen|grundlagen|einführung"),
  es: saying("aprender|quiero|estudiar|mejorar|básic[oa]s?|introducción|para mi|desde cero"),
  fr: saying("apprendre|je veux|étudier|comprendre|débutants?|maîtriser"),
  id: saying("belajar|saya|ingin"),
  it: saying("imparare|voglio|studiare|capire|principianti"),
  nl: saying("leren|ik wil|voor beginners|begrijpen"),
  pl: saying("nauczyć|chcę|nauka|podstawy"),
  pt: saying("quero|aprender a|estudar|iniciantes|do zero|não|você"),
  tr: saying("öğrenmek|öğreniyorum|istiyorum"),
  vi: saying("học|tôi muốn"),
};

function saying(words: string): RegExp {
  return new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, "iu");
}

export function languageOf(goal: string): string | null {
  const [first] = detectAll(goal);
  const isLatin = /\p{Script=Latin}/u.test(goal);
  if (first !== undefined && first.accuracy >= CERTAIN && (!isLatin || goal.trim().includes(" "))) {
    return first.lang;
  }
  const said = Object.keys(LEARNING).filter((tag) => LEARNING[tag]!.test(goal));
  return said.length === 1 ? said[0]! : null;
}
