/**
 * How long the rest of a run will take, judged by what it has really finished lately. Pure. The command line does the
 * same (`cli/watching/pace.py`).
 */

import type { ProgressView } from "../../shared/api/schema";

/** Concepts that must have finished between two moments before anything is said. */
const ENOUGH = 3;
/** Concepts whose pace counts: older ones are forgotten, as the author may have become slower or faster. */
const RECENT = 20;
/** So many times the usual time between two moments may pass without a new one; then the time left is unknown. */
const STALLED = 3;

/** When so many had finished. Batches come at once, so only moments at which something arrived are compared. */
interface Moment {
  readonly at: number;
  readonly finished: number;
}

/** The moments that count, oldest first; empty while nothing can be measured. */
export type Pace = readonly Moment[];

export function finishedOf(progress: ProgressView): number {
  return progress.completed + progress.partial + progress.failed;
}

/** The pace after a look at the run, at a moment in milliseconds. A run that stands still is measured anew. */
export function observed(pace: Pace, at: number, progress: ProgressView, isRunning: boolean): Pace {
  if (!isRunning) return pace.length === 0 ? pace : [];
  const finished = finishedOf(progress);
  const newest = pace.at(-1);
  if (newest === undefined || finished < newest.finished) return [{ at, finished }];
  if (finished === newest.finished) return pace;
  const moments = [...pace, { at, finished }];
  // The oldest one after which enough has been finished begins what counts.
  const first = moments.findLastIndex((one) => finished - one.finished >= RECENT);
  return moments.slice(Math.max(first, 0));
}

/** Milliseconds until everything is finished; null while that cannot be told. */
export function timeLeft(pace: Pace, now: number, progress: ProgressView): number | null {
  const [oldest, newest] = [pace[0], pace.at(-1)];
  if (oldest === undefined || newest === undefined) return null;
  const left = progress.total - newest.finished;
  const [count, taken] = [newest.finished - oldest.finished, newest.at - oldest.at];
  if (left <= 0 || count < ENOUGH || taken <= 0) return null;
  const quiet = now - newest.at;
  if (quiet > (STALLED * taken) / (pace.length - 1)) return null;
  return Math.max(0, (left * taken) / count - quiet);
}
