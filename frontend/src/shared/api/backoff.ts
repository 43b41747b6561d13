/** Pauses between attempts: doubled from the first to the longest, with jitter, so that clients do not come back all at once. */

export interface Pauses {
  /** Milliseconds until the next attempt. */
  next(): number;
  /** Something has answered: the next outage starts with a short pause again. */
  reset(): void;
}

export function pauses({
  first = 200,
  longest = 10_000,
  random = Math.random,
}: { first?: number; longest?: number; random?: () => number } = {}): Pauses {
  let pause = first;
  return {
    next() {
      const now = pause * (0.5 + random() / 2);
      pause = Math.min(2 * pause, longest);
      return now;
    },
    reset() {
      pause = first;
    },
  };
}
