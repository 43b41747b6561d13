import { useEffect } from "react";

/** The title of the browser's tab. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    document.title = title === null ? "Greenway" : `${title} · Greenway`;
  }, [title]);
}
