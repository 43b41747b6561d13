/** Proposes the language in which a goal is typed for its lessons, where that is another one. */

import { useEffect, useState } from "react";

import { baseOf } from "./tags";

/** Milliseconds without a key, after which the goal is looked at. */
const PAUSE = 400;

export function useProposal(goal: string, lessons: string, isWanted: boolean) {
  const [found, setFound] = useState<{ readonly goal: string; readonly language: string | null } | null>(
    null,
  );
  const [refused, setRefused] = useState<readonly string[]>([]);
  const text = goal.trim();
  useEffect(() => {
    if (!isWanted || text === "") return;
    let isOld = false;
    const timer = setTimeout(() => {
      void import("./detect").then(
        ({ languageOf }) => !isOld && setFound({ goal: text, language: languageOf(text) }),
        // It is only a proposal: where its code cannot be loaded, there is none.
        () => undefined,
      );
    }, PAUSE);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [text, isWanted]);
  const language = found?.language ?? null;
  const isNews =
    isWanted &&
    text !== "" &&
    language !== null &&
    baseOf(language) !== baseOf(lessons) &&
    !refused.includes(language);
  return {
    language: isNews ? language : null,
    refuse: () => language !== null && setRefused((before) => [...before, language]),
  };
}
