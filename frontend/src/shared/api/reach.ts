/** Whether Greenway can be reached. A caller that gets no answer reports it; then it is asked until it answers. */

import type { Middleware } from "openapi-fetch";
import { useEffect, useSyncExternalStore } from "react";

import { pauses, type Pauses } from "./backoff";
import { api, Fault, isAbsence, isAway } from "./client";

export interface ReachOptions {
  /** Rejects while nothing answers; a refusal is an answer. */
  readonly ask: () => Promise<unknown>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly pauses: Pauses;
}

export interface Reach {
  readonly isThere: () => boolean;
  /** A request got no answer. Resolves once there is one. */
  suspect(): Promise<void>;
  /** Calls the listener whenever Greenway goes or comes back. Returns how to stop that. */
  onChange(listener: () => void): () => void;
}

export function reach({ ask, sleep, pauses }: ReachOptions): Reach {
  const listeners = new Set<() => void>();
  let isThere = true;
  let asking: Promise<void> | null = null;
  const turn = (next: boolean) => {
    if (next === isThere) return;
    isThere = next;
    listeners.forEach((listener) => listener());
  };
  const askUntilAnswered = async () => {
    for (;;) {
      try {
        await ask();
        return turn(true);
      } catch {
        turn(false);
        await sleep(pauses.next());
      }
    }
  };
  return {
    isThere: () => isThere,
    suspect() {
      if (asking === null) {
        pauses.reset();
        asking = askUntilAnswered().finally(() => {
          asking = null;
        });
      }
      return asking;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Milliseconds between two questions at most: who has just started Greenway again does not wait long. */
const LONGEST_PAUSE = 3_000;
/** Milliseconds that an answer may take. */
const PATIENCE = 5_000;
/** Milliseconds after which it is asked whether Greenway is there, beside a request that waits. */
const SLOW = 5_000;

/** A server that hangs refuses nothing: who waits for an answer for long reports it as well. */
export function reportsSlow(reach: Pick<Reach, "suspect">): Middleware {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const settled = ({ id }: { readonly id: string }) => {
    clearTimeout(waiting.get(id));
    waiting.delete(id);
  };
  return {
    onRequest: ({ id }) =>
      void waiting.set(
        id,
        setTimeout(() => void reach.suspect(), SLOW),
      ),
    onResponse: settled,
    onError: settled,
  };
}

export const greenway = reach({
  ask: async () => {
    // Something that takes all that Greenway needs.
    const { response } = await api.GET("/api/v1/roadmaps", {
      params: { query: { limit: 1 } },
      signal: AbortSignal.timeout(PATIENCE),
      cache: "no-store",
    });
    if (isAway(response)) throw new Fault({}, response.status);
  },
  sleep: (milliseconds) =>
    new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        removeEventListener("online", wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      addEventListener("online", wake);
    }),
  pauses: pauses({ longest: LONGEST_PAUSE }),
});
api.use(reportsSlow(greenway));

export function useReachable(): boolean {
  return useSyncExternalStore(greenway.onChange, greenway.isThere);
}

/** Forgets, when Greenway is back, that something could not be sent while it was away. */
export function useForgottenWhenBack({
  error,
  reset,
}: {
  readonly error: Error | null;
  readonly reset: () => void;
}): void {
  useEffect(
    () =>
      greenway.onChange(() => {
        if (greenway.isThere() && isAbsence(error)) reset();
      }),
    [error, reset],
  );
}
