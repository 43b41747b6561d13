/** Greenway's sign: three arcs for tutorial, resources and quiz, and in the middle what it comes to. */

import { useState } from "react";

import { KINDS } from "../../roadmap/kinds";
import type { ArtefactStatus, ConceptView } from "../api/schema";
import styles from "./Ring.module.css";

const SIZE = 24;
const CENTRE = SIZE / 2;
const RADIUS = 10;
/** Degrees between two arcs. */
const GAP = 14;

export type RingState = ConceptView["content_status"] | "learned";

interface RingProps {
  readonly concept: Pick<
    ConceptView,
    "content_status" | "tutorial_status" | "resources_status" | "quiz_status" | "learned_at"
  >;
  /** What a screen reader says, such as "Outer joins: ready"; nothing where the same words stand beside it. */
  readonly label?: string;
}

export function Ring({ concept, label }: RingProps) {
  const state = ringState(concept);
  return (
    <svg
      className={styles.ring}
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
      data-state={state}
    >
      {state === "learned" ? (
        <circle className={styles.disc} cx={CENTRE} cy={CENTRE} r={RADIUS + 1} />
      ) : (
        KINDS.map((kind, index) => <Arc key={kind} path={arc(index)} status={concept[`${kind}_status`]} />)
      )}
      <Sign state={state} />
    </svg>
  );
}

function Arc({ path, status }: { readonly path: string; readonly status: ArtefactStatus }) {
  const [first] = useState(status);
  return (
    <path
      className={styles.arc}
      d={path}
      data-status={status}
      // It draws itself once, when somebody sees it filled; not when it was full before it was shown.
      data-fresh={status === "completed" && first !== "completed"}
      pathLength={1}
    />
  );
}

export function ringState(concept: RingProps["concept"]): RingState {
  const isThere = concept.content_status === "completed" || concept.content_status === "partial";
  return concept.learned_at !== null && isThere ? "learned" : concept.content_status;
}

function Sign({ state }: { readonly state: RingState }) {
  switch (state) {
    case "completed":
    case "learned":
      return <path className={styles.sign} d="M8 12.4l2.7 2.6 5.3-5.6" />;
    case "partial":
      return <path className={styles.sign} d="M8.5 12h7" />;
    case "failed":
      return <path className={styles.sign} d="M9 9l6 6M15 9l-6 6" />;
    case "generating":
      return <circle className={styles.dot} cx={CENTRE} cy={CENTRE} r={2.4} />;
    case "pending":
      return null;
  }
}

/** The third of the circle that belongs to an artefact, clockwise from the top. */
function arc(index: number): string {
  const from = point(index * 120 + GAP / 2);
  const to = point((index + 1) * 120 - GAP / 2);
  return `M${from} A${RADIUS} ${RADIUS} 0 0 1 ${to}`;
}

function point(degrees: number): string {
  const angle = ((degrees - 90) * Math.PI) / 180;
  return `${(CENTRE + RADIUS * Math.cos(angle)).toFixed(2)} ${(CENTRE + RADIUS * Math.sin(angle)).toFixed(2)}`;
}
