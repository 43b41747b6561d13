/** Sends the notes that were kept in the browser: when the app starts, and whenever Greenway is back. */

import { useEffect } from "react";

import { greenway } from "../../shared/api/reach";
import { sendKeptNotes } from "./keptNotes";

export function useKeptNotes(): void {
  useEffect(() => {
    void sendKeptNotes();
    return greenway.onChange(() => {
      if (greenway.isThere()) void sendKeptNotes();
    });
  }, []);
}
