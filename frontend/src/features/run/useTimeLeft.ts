/** How long the rest of a run will take, in milliseconds; null while that cannot be told. */

import { useEffect, useState } from "react";

import type { Roadmap } from "../../roadmap/roadmap";
import { observed, timeLeft, type Pace } from "./timeLeft";

/** Milliseconds between two looks at the clock. */
const TICK = 1000;

/** What arrives at once after a lost connection says nothing about the pace: the run is measured anew. */
export function useTimeLeft({ progress, status }: Roadmap, connected: boolean): number | null {
  const isRunning = status === "generating" && connected;
  const [pace, setPace] = useState<Pace>([]);
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const at = performance.now();
    setNow(at);
    setPace((before) => observed(before, at, progress, isRunning));
  }, [progress, isRunning]);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(performance.now()), TICK);
    return () => clearInterval(timer);
  }, [isRunning]);
  return isRunning ? timeLeft(pace, now, progress) : null;
}
