/** Greenway's sign: an arc for each part of something, and in the middle what it comes to. */

import { useState } from "react";

import styles from "./Ring.module.css";

const SIZE = 24;
const CENTRE = SIZE / 2;
const RADIUS = 10;
/** Degrees between two arcs. */
const GAP = 14;

type ArcStatus = "pending" | "generating" | "completed" | "failed";

export interface RingArc {
  readonly name: string;
  readonly status: ArcStatus;
}

interface RingProps {
  readonly state: ArcStatus | "partial" | "learned";
  /** Clockwise from the top. */
  readonly arcs: readonly RingArc[];
  /** What a screen reader says, such as "Outer joins: ready"; nothing where the same words stand beside it. */
  readonly label?: string | undefined;
}

export function Ring({ state, arcs, label }: RingProps) {
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
        arcs.map(({ name, status }, index) => (
          <Arc key={name} path={arc(index, arcs.length)} status={status} />
        ))
      )}
      <Sign state={state} />
    </svg>
  );
}

function Arc({ path, status }: { readonly path: string; readonly status: ArcStatus }) {
  const [first] = useState(status);
  return (
    <path
      className={styles.arc}
      d={path}
      data-status={status}
      // It draws itself once, when it fills on the screen; not when it was full before it was shown.
      data-fresh={status === "completed" && first !== "completed"}
      pathLength={1}
    />
  );
}

function Sign({ state }: Pick<RingProps, "state">) {
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

/** One of `count` equal parts of the circle, clockwise from the top. */
function arc(index: number, count: number): string {
  const degrees = 360 / count;
  const from = point(index * degrees + GAP / 2);
  const to = point((index + 1) * degrees - GAP / 2);
  const isLarge = degrees - GAP > 180;
  return `M${from} A${RADIUS} ${RADIUS} 0 ${Number(isLarge)} 1 ${to}`;
}

function point(degrees: number): string {
  const angle = ((degrees - 90) * Math.PI) / 180;
  return `${(CENTRE + RADIUS * Math.cos(angle)).toFixed(2)} ${(CENTRE + RADIUS * Math.sin(angle)).toFixed(2)}`;
}
