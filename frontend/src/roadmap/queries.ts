/** What the pages ask of the API. */

import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, unwrap } from "../shared/api/client";
import type { RoadmapView } from "../shared/api/schema";
import type { Concept } from "./roadmap";

/** How often an estimate of what is left, and the list of roadmaps, are asked for again, in milliseconds. */
const ESTIMATE_EVERY = 15_000;
const LIST_EVERY = 5_000;

export function aboutQuery() {
  return queryOptions({
    queryKey: ["about"],
    queryFn: ({ signal }) => api.GET("/api/v1/about", { signal }).then(unwrap),
    staleTime: Infinity,
  });
}

/** The curated courses, which need no model. */
export function coursesQuery() {
  return queryOptions({
    queryKey: ["courses"],
    queryFn: ({ signal }) => api.GET("/api/v1/courses", { signal }).then(unwrap),
    staleTime: Infinity,
  });
}

/** How far a curated course covers a goal. */
export function fitQuery(goal: string, language: string) {
  return queryOptions({
    queryKey: ["courses", "fit", goal, language],
    queryFn: ({ signal }) =>
      api.GET("/api/v1/courses/fit", { params: { query: { goal, language } }, signal }).then(unwrap),
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
}

/** All lists of roadmaps: what changes one of them may change the others. */
export const LISTS = { queryKey: ["roadmaps"] } as const;

/** The roadmaps whose title or goal holds `text`, those studied last first, as far as they were asked for. */
export function roadmapsQuery(text: string, { trash = false } = {}) {
  return infiniteQueryOptions({
    queryKey: [...LISTS.queryKey, text, { trash }],
    queryFn: ({ signal, pageParam }) =>
      api
        .GET("/api/v1/roadmaps", {
          params: {
            query: {
              limit: 50,
              sort: "studied" as const,
              ...(trash && { trash }),
              ...(text !== "" && { q: text }),
              ...(pageParam !== null && { cursor: pageParam }),
            },
          },
          signal,
        })
        .then(unwrap),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LIST_EVERY,
    placeholderData: (before) => before,
  });
}

/** How often a search is repeated while the index is being filled, in milliseconds. */
const SEARCH_EVERY = 500;

/** Passages of lessons and notes that hold `text`, in one roadmap or in all. */
export function searchQuery(text: string, roadmapId: string | null) {
  return queryOptions({
    queryKey: ["search", text, roadmapId],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/search", {
          params: { query: { q: text, ...(roadmapId !== null && { roadmap_id: roadmapId }) } },
          signal,
        })
        .then(unwrap),
    enabled: text !== "",
    gcTime: 0,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => (state.data?.complete === false ? SEARCH_EVERY : false),
  });
}

/** A roadmap as it was when it was asked for; `useRoadmap` keeps it up to date. */
export function roadmapQuery(roadmapId: string) {
  return queryOptions({
    queryKey: ["roadmap", roadmapId],
    queryFn: ({ signal }) => readRoadmap(roadmapId, signal),
    staleTime: Infinity,
    // Events make it older by the second: a page that is opened again reads it anew.
    gcTime: 0,
  });
}

export function readRoadmap(roadmapId: string, signal: AbortSignal): Promise<RoadmapView> {
  return api
    .GET("/api/v1/roadmaps/{roadmap_id}", { params: { path: { roadmap_id: roadmapId } }, signal })
    .then(unwrap) as Promise<RoadmapView>;
}

/** What it would take to write all that another model has written, and what is missing. */
export function rewriteEstimateQuery(roadmapId: string) {
  return queryOptions({
    queryKey: ["estimate", roadmapId, "rewrite"],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/estimate", {
          params: { path: { roadmap_id: roadmapId }, query: { rewrite: true } },
          signal,
        })
        .then(unwrap),
  });
}

/** What is still to be written: calls, minutes and money. `version` changes when the answer may. */
export function estimateQuery(roadmapId: string, version: number | null) {
  return queryOptions({
    queryKey: ["estimate", roadmapId, version],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/estimate", {
          params: { path: { roadmap_id: roadmapId } },
          signal,
        })
        .then(unwrap),
    refetchInterval: ESTIMATE_EVERY,
    placeholderData: (before) => before,
  });
}

/** A concept with its lesson; read again whenever the roadmap says that something of it has changed. */
export function conceptQuery(roadmapId: string, concept: Concept) {
  const { concept_id, content_status, learned_at, artefacts } = concept;
  const failures = Object.values(artefacts).filter(({ failure }) => failure !== null).length;
  return queryOptions({
    queryKey: [
      "concept",
      roadmapId,
      concept_id,
      { content_status, ids: idsOf(concept), learned_at, failures },
    ],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}", {
          params: { path: { roadmap_id: roadmapId, concept_id } },
          signal,
        })
        .then(unwrap),
    placeholderData: (before) => (before?.concept_id === concept_id ? before : undefined),
  });
}

/** The versions in use, by kind. */
function idsOf({ artefacts }: Concept): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(artefacts).map(([kind, { id }]) => [kind, id]));
}

/** An earlier version, as it was; none is read where there is no number. */
export function conceptVersionQuery(roadmapId: string, conceptId: string, version: number | null) {
  return queryOptions({
    queryKey: ["version", roadmapId, conceptId, version],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}", {
          params: {
            path: { roadmap_id: roadmapId, concept_id: conceptId },
            query: { version: version ?? 1 },
          },
          signal,
        })
        .then(unwrap),
    enabled: version !== null,
    staleTime: Infinity,
  });
}

export function versionsQuery(roadmapId: string, concept: Concept) {
  const { concept_id } = concept;
  return queryOptions({
    queryKey: ["versions", roadmapId, concept_id, idsOf(concept)],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/versions", {
          params: { path: { roadmap_id: roadmapId, concept_id } },
          signal,
        })
        .then(unwrap),
  });
}

/** What a step in the history of the outline has changed; none is read where there is no number. */
export function revisionQuery(roadmapId: string, number: number | null) {
  return queryOptions({
    queryKey: ["revision", roadmapId, number],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/revisions/{number}", {
          params: { path: { roadmap_id: roadmapId, number: number ?? 1 } },
          signal,
        })
        .then(unwrap),
    enabled: number !== null,
    staleTime: Infinity,
  });
}
