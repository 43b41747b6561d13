/** The prerequisites as a real graph: a chunk of its own, loaded when it is opened. */

import "@xyflow/react/dist/style.css";

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
  type ReactFlowInstance,
} from "@xyflow/react";
import { memo, useEffect, useMemo, useRef, useState, type RefObject } from "react";

import { conceptsOf } from "../../roadmap/outline/concepts";
import { nextToLearn, related } from "../../roadmap/outline/order";
import { outlineDirection } from "../../roadmap/outline/outlineDirection";
import type { Concept, Roadmap } from "../../roadmap/roadmap";
import { stateOf } from "../../roadmap/words";
import { word } from "../../roadmap/words";
import type { ArtefactKind } from "../../shared/api/schema";
import { usePreferences } from "../../shared/i18n/preferences";
import { textDirection } from "../../shared/languages/direction";
import { ConceptRing } from "../artefacts/ConceptRing";
import styles from "./Graph.module.css";
import { reveal, showWholeOr, SMALLEST } from "./graphWindow";
import { CARD, placed } from "./placed";

const ALL_DRAWN_UP_TO = 100;

type ConceptNode = Node<
  { concept: Concept; kinds: readonly ArtefactKind[]; language: string; isFaint: boolean },
  "concept"
>;
type Flow = ReactFlowInstance<ConceptNode>;

interface GraphProps {
  readonly roadmap: Roadmap;
  readonly selected: string | null;
}

export default function Graph({ roadmap, selected }: GraphProps) {
  const { t, theme } = usePreferences();
  const navigate = useNavigate();
  const concepts = conceptsOf(roadmap);
  const isMirrored = outlineDirection(roadmap) === "rtl";
  // Where nodes stand follows from ids and prerequisites: nothing moves when one turns green.
  const shape = JSON.stringify(concepts.map((one) => [one.concept_id, one.prerequisites]));
  const { places, direction } = useMemo(
    () => placed(JSON.parse(shape) as [string, string[]][], isMirrored),
    [shape, isMirrored],
  );
  const [towards, away] = isMirrored ? [Position.Left, Position.Right] : [Position.Right, Position.Left];
  // eslint-disable-next-line react-hooks/exhaustive-deps -- what belongs together follows from the shape
  const lit = useMemo(() => (selected === null ? null : related(roadmap, selected)), [shape, selected]);
  // A concept that has not changed keeps its node, so that only what changes is drawn again.
  const known = useMemo(
    () => new WeakMap<Concept, ConceptNode>(),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [places, lit, selected, t],
  );
  const nodes = concepts.map((concept) => {
    const node = known.get(concept) ?? {
      id: concept.concept_id,
      type: "concept" as const,
      position: places.get(concept.concept_id) ?? { x: 0, y: 0 },
      ...CARD,
      sourcePosition: direction === "TB" ? Position.Bottom : towards,
      targetPosition: direction === "TB" ? Position.Top : away,
      data: {
        concept,
        kinds: roadmap.kinds,
        language: roadmap.language,
        isFaint: lit !== null && !lit.has(concept.concept_id),
      },
      selected: concept.concept_id === selected,
      ariaLabel: t("ring.concept", { name: concept.name, state: word(concept, roadmap.kinds, t) }),
    };
    known.set(concept, node);
    return node;
  });
  const edges = useMemo<Edge[]>(
    () =>
      (JSON.parse(shape) as [string, string[]][]).flatMap(([target, sources]) =>
        sources.map((source) => ({
          id: `${source}-${target}`,
          source,
          target,
          focusable: false,
          className: lit === null ? "" : lit.has(source) && lit.has(target) ? "lit" : "faint",
        })),
      ),
    [shape, lit],
  );
  const labels = useMemo(
    () => ({
      "node.a11yDescription.default": t("graph.node"),
      "controls.ariaLabel": t("graph.controls"),
      "controls.zoomIn.ariaLabel": t("graph.zoomIn"),
      "controls.zoomOut.ariaLabel": t("graph.zoomOut"),
      "controls.fitView.ariaLabel": t("graph.fit"),
      "minimap.ariaLabel": t("graph.minimap"),
    }),
    [t],
  );
  const [flow, setFlow] = useState<Flow | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const hasOpened = useRef(false);
  const centre =
    concepts.find((one) => one.content_status === "generating")?.concept_id ??
    nextToLearn(roadmap)?.concept_id ??
    concepts[0]?.concept_id;
  useFocusAfter(frame, selected);
  useEffect(() => {
    if (flow === null || frame.current === null) return;
    if (selected !== null) void reveal(flow, frame.current, selected);
    else if (!hasOpened.current) void showWholeOr(flow, frame.current, centre);
    hasOpened.current = true;
    // It moves when it opens, and when another concept is chosen; never by itself while a run goes on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [flow, selected]);
  const open = (conceptId: string) =>
    void navigate({
      to: "/roadmaps/$roadmapId/concepts/$conceptId",
      params: { roadmapId: roadmap.roadmap_id, conceptId },
      search: { view: "graph" },
    });
  return (
    <div ref={frame} className={styles.graph} role="region" aria-label={t("graph.label")}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={theme}
        ariaLabelConfig={labels}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        // All can be reached by keyboard, where they are not too many to draw.
        onlyRenderVisibleElements={concepts.length > ALL_DRAWN_UP_TO}
        minZoom={SMALLEST}
        onInit={setFlow}
        onNodeClick={(_event, node) => open(node.id)}
        onKeyDown={(event) => {
          const node = (event.target as Element).closest<HTMLElement>(".react-flow__node");
          if (["Enter", " "].includes(event.key) && node?.dataset.id !== undefined) open(node.dataset.id);
        }}
      >
        <Background />
        <MiniMap
          pannable
          zoomable
          nodeClassName={(node) => `mini-${stateOf((node as ConceptNode).data.concept)}`}
        />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

const ConceptCard = memo(function ConceptCard({
  data,
  selected,
  sourcePosition = Position.Bottom,
  targetPosition = Position.Top,
}: NodeProps<ConceptNode>) {
  const { t } = usePreferences();
  const { concept, kinds, language, isFaint } = data;
  const direction = textDirection(concept.name, language);
  const state = word(concept, kinds, t);
  return (
    <div
      className={styles.card}
      dir={direction === "rtl" ? "rtl" : undefined}
      data-state={stateOf(concept)}
      data-selected={selected}
      data-faint={isFaint}
    >
      <Handle type="target" position={targetPosition} />
      <ConceptRing concept={concept} kinds={kinds} label={t("ring.concept", { name: concept.name, state })} />
      <span>
        <strong dir={direction}>{concept.name}</strong>
        <small dir="auto">{state}</small>
      </span>
      <Handle type="source" position={sourcePosition} />
    </div>
  );
});

const NODE_TYPES = { concept: ConceptCard };

/** When a lesson is closed, its card has the focus again. */
function useFocusAfter(frame: RefObject<HTMLElement | null>, selected: string | null) {
  const before = useRef(selected);
  useEffect(() => {
    if (selected === null && before.current !== null) {
      frame.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(before.current)}"]`)?.focus();
    }
    before.current = selected;
  }, [frame, selected]);
}
