/** The cache of what was read: what failed because Greenway was away is read again when it is back. */

import { MutationCache, QueryCache, QueryClient, type Query } from "@tanstack/react-query";

import { Fault, isAbsence } from "./client";
import type { Reach } from "./reach";

const RETRIES = 3;
/** Milliseconds after which what failed, and may succeed, is read again for as long as it is looked at. */
const AGAIN_AFTER = 5_000;

export function cacheOf(reach: Reach): QueryClient {
  const onError = (error: Error) => {
    if (isAbsence(error)) void reach.suspect();
  };
  const cache = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // Greenway is often on this very machine: whether there is a network says nothing about it.
      mutations: { networkMode: "always" },
      queries: {
        networkMode: "always",
        retry: (count, error) => {
          onError(error);
          return count < RETRIES && mayPass(error);
        },
        refetchInterval: ({ state }) => (state.error !== null && mayPass(state.error) ? AGAIN_AFTER : false),
      },
    },
  });
  reach.onChange(() => {
    if (reach.isThere())
      void cache.refetchQueries({ type: "active", predicate: isBehind }, { cancelRefetch: true });
  });
  return cache;
}

function isBehind({ state }: Query): boolean {
  return state.error !== null || state.fetchFailureCount > 0;
}

/** What was refused is refused again; what did not answer may answer. */
function mayPass(error: Error): boolean {
  return !(error instanceof Fault) || error.retryable;
}
