/** The views of a roadmap, as its address names them. */

export const VIEWS = ["map", "graph", "outline"] as const;
export type View = (typeof VIEWS)[number];

export interface ViewSearch {
  /** The map where it is left out. */
  view?: View;
}

export function searchOf(given: Record<string, unknown>): ViewSearch {
  return searchFor(VIEWS.find((one) => one === given.view) ?? "map");
}

export function searchFor(view: View): ViewSearch {
  return view === "map" ? {} : { view };
}
