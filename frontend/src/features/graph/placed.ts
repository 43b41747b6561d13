/** Where the graph's cards stand: from what is needed to what needs it, downwards or to the right. Pure. */

import { graphlib, layout } from "@dagrejs/dagre";

/** A card's size, in pixels at zoom 1. */
export const CARD = { width: 210, height: 56 };
const GAP = { between: 20, ranks: 48 };
/** Up to this many concepts the shortest edges are looked for; that takes seconds for hundreds. */
const SHORTEST_EDGES_UP_TO = 100;
/** Width over height of the window that a graph should fit. */
const WINDOW = 1.5;

export type Direction = "TB" | "LR";
type Concepts = readonly (readonly [id: string, prerequisites: readonly string[]])[];

export interface Placed {
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  readonly direction: Direction;
}

/** With `isMirrored`, what goes to the right goes to the left. */
export function placed(concepts: Concepts, isMirrored = false): Placed {
  const direction = directionOf(concepts);
  const graph = new graphlib.Graph();
  graph.setGraph({
    rankdir: direction,
    ranker: concepts.length <= SHORTEST_EDGES_UP_TO ? "network-simplex" : "tight-tree",
    nodesep: GAP.between,
    ranksep: GAP.ranks,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id] of concepts) graph.setNode(id, { ...CARD });
  for (const [id, prerequisites] of concepts) for (const from of prerequisites) graph.setEdge(from, id);
  layout(graph);
  const places = new Map(
    concepts.map(([id]) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { x: (isMirrored ? -x : x) - CARD.width / 2, y: y - CARD.height / 2 }];
    }),
  );
  return { places, direction };
}

/** The direction in which the graph is shown larger: a broad one goes to the right, a long one down. */
export function directionOf(concepts: Concepts): Direction {
  const ranks = new Map<string, number>();
  for (const [id, prerequisites] of concepts) {
    ranks.set(id, Math.max(0, ...prerequisites.map((from) => (ranks.get(from) ?? 0) + 1)));
  }
  const sizes = [...ranks.values()].reduce(
    (counts, rank) => counts.set(rank, (counts.get(rank) ?? 0) + 1),
    new Map<number, number>(),
  );
  const [length, breadth] = [sizes.size, Math.max(0, ...sizes.values())];
  const across = (count: number, size: number, gap: number) => Math.max(1, count * (size + gap));
  const down = {
    width: across(breadth, CARD.width, GAP.between),
    height: across(length, CARD.height, GAP.ranks),
  };
  const right = {
    width: across(length, CARD.width, GAP.ranks),
    height: across(breadth, CARD.height, GAP.between),
  };
  const zoom = ({ width, height }: typeof down) => Math.min(WINDOW / width, 1 / height);
  return zoom(down) >= zoom(right) ? "TB" : "LR";
}
