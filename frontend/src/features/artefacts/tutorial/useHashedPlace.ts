/** Goes to the place in the lesson that the address names behind `#`, once the lesson is there. */

import { useLocation } from "@tanstack/react-router";
import { useEffect } from "react";

export function useHashedPlace(): void {
  // Whoever opens the same place once more wants to be there once more.
  const { hash, state } = useLocation({ select: ({ hash, state }) => ({ hash, state }) });
  useEffect(() => {
    if (hash === "") return;
    const place = document.getElementById(hash);
    place?.scrollIntoView();
    const heading = place?.querySelector<HTMLElement>("h3");
    if (heading == null) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, [hash, state]);
}
