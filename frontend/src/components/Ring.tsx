/** Greenway's sign: three arcs for tutorial, resources and quiz, and in the middle what it comes to. */

import type { ArtefactKind, ConceptView } from "../api/schema";
import styles from "./Ring.module.css";

const KINDS: readonly ArtefactKind[] = ["tutorial", "resources", "quiz"];
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
        KINDS.map((kind, index) => (
          <path
            key={kind}
            className={styles.arc}
            d={arc(index)}
            data-status={concept[`${kind}_status`]}
            pathLength={1}
          />
        ))
      )}
      <Sign state={state} />
    </svg>
  );
}

export function ringState(concept: RingProps["concept"]): RingState {
  return concept.learned_at !== null && concept.content_status === "completed"
    ? "learned"
    : concept.content_status;
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
