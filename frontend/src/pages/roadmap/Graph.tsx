/** The prerequisites as a real graph: a chunk of its own, loaded when it is opened. */

import "@xyflow/react/dist/style.css";

import { graphlib, layout } from "@dagrejs/dagre";
import { useNavigate } from "@tanstack/react-router";
import {
  Background,
  Controls,
  Handle,
  MiniMap,
  Position,
  ReactFlow,
  type Edge,
  type Node,
  type NodeProps,
} from "@xyflow/react";
import { memo, useMemo } from "react";

import type { ConceptView, RoadmapView } from "../../api/schema";
import { usePreferences } from "../../app/context";
import { Ring, ringState } from "../../components/Ring";
import { conceptsOf } from "../../live/reducer";
import styles from "./Graph.module.css";
import { related, word } from "./words";

const WIDTH = 210;
const HEIGHT = 56;
/** Up to this many concepts the graph starts as a whole, above it with some of them. */
const WHOLE_UP_TO = 60;
const READABLE = 0.5;

type ConceptNode = Node<{ concept: ConceptView; isFaint: boolean }, "concept">;

interface GraphProps {
  readonly roadmap: RoadmapView;
  readonly selected: string | null;
}

export default function Graph({ roadmap, selected }: GraphProps) {
  const { t, theme } = usePreferences();
  const navigate = useNavigate();
  const concepts = conceptsOf(roadmap);
  // Where nodes stand follows from ids and prerequisites: nothing moves when one turns green.
  const shape = JSON.stringify(concepts.map((one) => [one.concept_id, one.prerequisites]));
  const places = useMemo(() => placed(JSON.parse(shape) as [string, string[]][]), [shape]);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- what belongs together follows from the shape
  const lit = useMemo(() => (selected === null ? null : related(roadmap, selected)), [shape, selected]);
  // A concept that has not changed keeps its node, so that only what changes is drawn again.
  const known = useMemo(
    () => new WeakMap<ConceptView, ConceptNode>(),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [places, lit, selected, t],
  );
  const nodes = concepts.map((concept) => {
    const node = known.get(concept) ?? {
      id: concept.concept_id,
      type: "concept" as const,
      position: places.get(concept.concept_id) ?? { x: 0, y: 0 },
      width: WIDTH,
      height: HEIGHT,
      data: { concept, isFaint: lit !== null && !lit.has(concept.concept_id) },
      selected: concept.concept_id === selected,
      ariaLabel: t("ring.concept", { name: concept.name, state: word(concept, t) }),
    };
    known.set(concept, node);
    return node;
  });
  const writing = concepts.filter((one) => one.content_status === "generating").map((one) => one.concept_id);
  const isOfInterest = (id: string) =>
    selected !== null
      ? id === selected
      : writing.length > 0
        ? writing.includes(id)
        : id === concepts[0]?.concept_id;
  const edges = useMemo<Edge[]>(
    () =>
      (JSON.parse(shape) as [string, string[]][]).flatMap(([target, sources]) =>
        sources.map((source) => ({ id: `${source}-${target}`, source, target, focusable: false })),
      ),
    [shape],
  );
  // A large graph starts where something happens, in letters that can be read; "fit" shows the whole.
  const first = concepts.length <= WHOLE_UP_TO ? nodes : nodes.filter((node) => isOfInterest(node.id));
  const open = (conceptId: string) =>
    void navigate({
      to: "/roadmaps/$roadmapId/concepts/$conceptId",
      params: { roadmapId: roadmap.roadmap_id, conceptId },
      search: { view: "graph" },
    });
  return (
    <div className={styles.graph} role="region" aria-label={t("graph.label")}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={theme}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onlyRenderVisibleElements
        fitView
        fitViewOptions={{
          nodes: first,
          minZoom: concepts.length <= WHOLE_UP_TO ? 0.05 : READABLE,
          maxZoom: 1,
        }}
        minZoom={0.05}
        onNodeClick={(_event, node) => open(node.id)}
        onKeyDown={(event) => {
          const node = (event.target as Element).closest<HTMLElement>(".react-flow__node");
          if (event.key === "Enter" && node?.dataset.id !== undefined) open(node.dataset.id);
        }}
      >
        <Background />
        <MiniMap
          pannable
          zoomable
          nodeClassName={(node) => `mini-${ringState((node as ConceptNode).data.concept)}`}
        />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

const ConceptCard = memo(function ConceptCard({ data, selected }: NodeProps<ConceptNode>) {
  const { t } = usePreferences();
  const { concept, isFaint } = data;
  const state = word(concept, t);
  return (
    <div
      className={styles.card}
      data-state={ringState(concept)}
      data-selected={selected}
      data-faint={isFaint}
    >
      <Handle type="target" position={Position.Top} />
      <Ring concept={concept} label={t("ring.concept", { name: concept.name, state })} />
      <span>
        <strong>{concept.name}</strong>
        <small>{state}</small>
      </span>
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
});

const NODE_TYPES = { concept: ConceptCard };

/** From top to bottom, so that what is needed stands before what needs it. */
function placed(
  concepts: readonly [id: string, prerequisites: string[]][],
): Map<string, { x: number; y: number }> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "TB", ranker: "tight-tree", nodesep: 20, ranksep: 44 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id] of concepts) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const [id, prerequisites] of concepts) for (const from of prerequisites) graph.setEdge(from, id);
  layout(graph);
  return new Map(
    concepts.map(([id]) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { x: x - WIDTH / 2, y: y - HEIGHT / 2 }];
    }),
  );
}
