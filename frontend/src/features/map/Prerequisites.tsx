/** Soft curves between a concept, what it needs, and what needs it: over the cards, where they are now. */

import { useLayoutEffect, useRef, useState } from "react";

import { conceptsOf } from "../../roadmap/outline/concepts";
import type { Roadmap } from "../../roadmap/roadmap";
import styles from "./Map.module.css";

interface PrerequisitesProps {
  readonly roadmap: Roadmap;
  readonly lit: ReadonlySet<string>;
}

export function Prerequisites({ roadmap, lit }: PrerequisitesProps) {
  const place = useRef<SVGSVGElement>(null);
  const [curves, setCurves] = useState<readonly string[]>([]);
  useLayoutEffect(() => {
    const map = place.current?.parentElement;
    if (map == null) return;
    const measure = () => setCurves(measured(map, roadmap, lit));
    measure();
    // The panel that opens, a module that closes, another width: the cards stand elsewhere.
    const observer = new ResizeObserver(measure);
    observer.observe(map);
    return () => observer.disconnect();
  }, [roadmap, lit]);
  return (
    <svg ref={place} className={styles.curves} aria-hidden>
      {curves.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

function measured(map: HTMLElement, roadmap: Roadmap, lit: ReadonlySet<string>): readonly string[] {
  const origin = map.getBoundingClientRect();
  const boxes = new Map(
    [...map.querySelectorAll<HTMLElement>("[data-concept]")].map((card) => [
      card.dataset.concept ?? "",
      card.getBoundingClientRect(),
    ]),
  );
  return conceptsOf(roadmap)
    .filter((concept) => lit.has(concept.concept_id))
    .flatMap((concept) => concept.prerequisites.map((id) => [id, concept.concept_id] as const))
    .flatMap(([from, to]) => {
      const [start, end] = [lit.has(from) ? boxes.get(from) : undefined, boxes.get(to)];
      return start === undefined || end === undefined ? [] : [curve(start, end, origin, map)];
    });
}

function curve(from: DOMRect, to: DOMRect, origin: DOMRect, map: HTMLElement): string {
  if (Math.abs(from.left - to.left) < 1) {
    // Beside the column where lines begin: there is room between the columns.
    const isMirrored = getComputedStyle(map).direction === "rtl";
    const x = (isMirrored ? from.right : from.left) - origin.left;
    const bend = isMirrored ? x + 20 : x - 20;
    const [y1, y2] = [from.top + from.height / 2 - origin.top, to.top + to.height / 2 - origin.top];
    return `M${x} ${y1} C${bend} ${y1} ${bend} ${y2} ${x} ${y2}`;
  }
  const isRight = to.left > from.left;
  const x1 = (isRight ? from.right : from.left) - origin.left;
  const x2 = (isRight ? to.left : to.right) - origin.left;
  const [y1, y2] = [from.top + from.height / 2 - origin.top, to.top + to.height / 2 - origin.top];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
