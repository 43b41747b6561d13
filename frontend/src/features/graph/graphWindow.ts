/** Which part of the graph its window shows. */

import type { Node, ReactFlowInstance } from "@xyflow/react";

import { CARD } from "./placed";

/** The least zoom at which names can be read. */
const READABLE = 0.6;
/** The least zoom of all. */
export const SMALLEST = 0.05;
/** Room around the graph, in pixels at zoom 1. */
const MARGIN = 40;

/** The whole where it can be read, else what is at its centre of interest. */
export async function showWholeOr<N extends Node>(
  flow: ReactFlowInstance<N>,
  frame: Element,
  centre: string | undefined,
): Promise<void> {
  await flow.fitView({ minZoom: SMALLEST, maxZoom: 1 });
  if (flow.getZoom() < READABLE && centre !== undefined) await show(flow, frame, centre);
}

/** A node with what is around it, in letters that can be read; nothing moves when it is in view already. */
export async function reveal<N extends Node>(
  flow: ReactFlowInstance<N>,
  frame: Element,
  id: string,
): Promise<void> {
  const node = flow.getNode(id);
  if (node !== undefined && !isInView(flow, frame, node)) await show(flow, frame, id);
}

async function show<N extends Node>(flow: ReactFlowInstance<N>, frame: Element, id: string): Promise<void> {
  const node = flow.getNode(id);
  if (node === undefined) return;
  const zoom = Math.max(flow.getZoom(), READABLE);
  const { width, height } = frame.getBoundingClientRect();
  const all = flow.getNodesBounds(flow.getNodes());
  const x = within(node.position.x + CARD.width / 2, all.x, all.width, width / zoom);
  const y = within(node.position.y + CARD.height / 2, all.y, all.height, height / zoom);
  await flow.setCenter(x, y, { zoom });
}

/** The middle of a window that is as near to `wanted` as it can be without looking past the graph's edge. */
function within(wanted: number, start: number, length: number, window: number): number {
  const room = length + 2 * MARGIN - window;
  const middle = start + length / 2;
  return room <= 0 ? middle : Math.min(middle + room / 2, Math.max(middle - room / 2, wanted));
}

function isInView<N extends Node>(flow: ReactFlowInstance<N>, frame: Element, { position }: N): boolean {
  const { left, top, right, bottom } = frame.getBoundingClientRect();
  const start = flow.flowToScreenPosition(position);
  const end = flow.flowToScreenPosition({ x: position.x + CARD.width, y: position.y + CARD.height });
  const isWithin = start.x >= left && start.y >= top && end.x <= right && end.y <= bottom;
  return isWithin && flow.getZoom() >= READABLE;
}
