/** What the page about models asks of the API. */

import { queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "../../shared/api/client";

/** How often it is asked whether workers can use the model, and what this month has cost, in milliseconds. */
const MODEL_EVERY = 5_000;
/** How often it is asked how far a model has been fetched, in milliseconds. */
const PULL_EVERY = 700;

export function modelQuery() {
  return queryOptions({
    queryKey: ["model"],
    queryFn: ({ signal }) => api.GET("/api/v1/model", { signal }).then(unwrap),
    refetchInterval: MODEL_EVERY,
  });
}

export function providersQuery() {
  return queryOptions({
    queryKey: ["model", "providers"],
    queryFn: ({ signal }) => api.GET("/api/v1/model/providers", { signal }).then(unwrap),
    staleTime: Infinity,
  });
}

/** The servers of this machine are looked for when the page is opened, and when somebody asks again. */
export function discoveredQuery() {
  return queryOptions({
    queryKey: ["model", "discovered"],
    queryFn: ({ signal }) => api.GET("/api/v1/model/discovered", { signal }).then(unwrap),
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });
}

export function pullQuery(pullId: string) {
  return queryOptions({
    queryKey: ["model", "pulls", pullId],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/model/pulls/{pull_id}", { params: { path: { pull_id: pullId } }, signal })
        .then(unwrap),
    refetchInterval: ({ state }) => (state.data?.done ? false : PULL_EVERY),
    gcTime: 0,
  });
}

export function spendingQuery() {
  return queryOptions({
    queryKey: ["model", "spending"],
    queryFn: ({ signal }) => api.GET("/api/v1/model/spending", { signal }).then(unwrap),
  });
}
