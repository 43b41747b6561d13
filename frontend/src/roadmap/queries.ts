/** What the pages ask of the API, and the commands that they give. */

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { usePreferences } from "../shared/i18n/preferences";
import { useNotice } from "../shared/ui/notice";
import { api, done, unwrap } from "../shared/api/client";
import { useForgottenWhenBack } from "../shared/api/reach";
import type {
  ArtefactKind,
  ConceptView,
  DroppedPrerequisite,
  NewRoadmap,
  OutlineEdit,
} from "../shared/api/schema";

/** How often an estimate of what is left, and the list of roadmaps, are asked for again, in milliseconds. */
const ESTIMATE_EVERY = 15_000;
const LIST_EVERY = 5_000;

export function useAbout() {
  return useQuery({
    queryKey: ["about"],
    queryFn: ({ signal }) => api.GET("/api/v1/about", { signal }).then(unwrap),
    staleTime: Infinity,
  });
}

/** The roadmaps whose title or goal holds `text`, those studied last first, as far as they were asked for. */
export function useRoadmaps(text: string, { trash = false } = {}) {
  return useInfiniteQuery({
    queryKey: ["roadmaps", text, { trash }],
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

export function useCreate() {
  const client = useQueryClient();
  const creating = useMutation({
    mutationFn: ({ body, key }: { body: NewRoadmap; key: string }) =>
      api.POST("/api/v1/roadmaps", { body, headers: { "Idempotency-Key": key } }).then(unwrap),
    onSuccess: () => client.invalidateQueries({ queryKey: ["roadmaps"] }),
  });
  useForgottenWhenBack(creating);
  return creating;
}

/** What is still to be written: calls, minutes and money. `version` changes when the answer may. */
export function useEstimate(
  roadmapId: string,
  { enabled, version }: { enabled: boolean; version: number | null },
) {
  return useQuery({
    queryKey: ["estimate", roadmapId, version],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/estimate", {
          params: { path: { roadmap_id: roadmapId } },
          signal,
        })
        .then(unwrap),
    enabled,
    refetchInterval: ESTIMATE_EVERY,
    placeholderData: (before) => before,
  });
}

/** A concept with its lesson; read again whenever the roadmap says that something of it has changed. */
export function useConcept(roadmapId: string, concept: ConceptView) {
  const { concept_id, content_status, tutorial_id, resources_id, quiz_id, learned_at, failures } = concept;
  const seen = { content_status, tutorial_id, resources_id, quiz_id, learned_at, failures: failures.length };
  return useQuery({
    queryKey: ["concept", roadmapId, concept_id, seen],
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

/** An earlier version, as it was. */
export function useConceptVersion(roadmapId: string, conceptId: string, version: number | null) {
  return useQuery({
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

export function useVersions(roadmapId: string, concept: ConceptView) {
  const { concept_id, tutorial_id, resources_id, quiz_id } = concept;
  return useQuery({
    queryKey: ["versions", roadmapId, concept_id, { tutorial_id, resources_id, quiz_id }],
    queryFn: ({ signal }) =>
      api
        .GET("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/versions", {
          params: { path: { roadmap_id: roadmapId, concept_id } },
          signal,
        })
        .then(unwrap),
  });
}

/** What a step in the history of the outline has changed. */
export function useRevision(roadmapId: string, number: number | null) {
  return useQuery({
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

/**
 * Commands to a roadmap, one after the other. What they change arrives by the event stream; a refusal is shown as a
 * sentence. Each promise tells whether the command was carried out; it never rejects.
 */
export function useRoadmapCommands(roadmapId: string) {
  const { t } = usePreferences();
  const { show, fault, clearPassed } = useNotice();
  const { mutateAsync, isPending } = useMutation({
    mutationFn: (request: () => Promise<{ error?: unknown; response: Response }>) => request().then(done),
    onSuccess: clearPassed,
    onError: fault,
    scope: { id: roadmapId },
  });
  const path = { roadmap_id: roadmapId };
  const of = (concept_id: string) => ({ path: { ...path, concept_id } });
  const command = (request: () => Promise<{ error?: unknown; response: Response }>) =>
    mutateAsync(request).then(
      () => true,
      () => false,
    );
  const steer =
    (name: "approve" | "pause" | "resume" | "cancel" | "retry" | "outline/undo" | "outline/redo") => () =>
      command(() => api.POST(`/api/v1/roadmaps/{roadmap_id}/${name}`, { params: { path } }));
  const undo = steer("outline/undo");
  /** Says which prerequisites an edit has cost: nobody has asked for that. */
  const edit = async (operations: OutlineEdit["operations"]) => {
    let dropped: readonly DroppedPrerequisite[] = [];
    const isAccepted = await command(async () => {
      const answer = await api.POST("/api/v1/roadmaps/{roadmap_id}/outline/operations", {
        params: { path },
        body: { operations },
      });
      dropped = answer.data?.dropped_prerequisites ?? [];
      return answer;
    });
    const [first, ...more] = dropped;
    if (first !== undefined) {
      const names = { concept: first.concept_name, prerequisite: first.prerequisite_name };
      const text =
        more.length === 0
          ? t("review.dropped", names)
          : t("review.droppedMore", { ...names, count: more.length });
      show({ text, isPassing: true, undo: () => void undo() });
    }
    return isAccepted;
  };
  return {
    isPending,
    approve: steer("approve"),
    pause: steer("pause"),
    resume: steer("resume"),
    cancel: steer("cancel"),
    retry: steer("retry"),
    undo,
    redo: steer("outline/redo"),
    revise: (feedback: string) =>
      command(() =>
        api.POST("/api/v1/roadmaps/{roadmap_id}/revise", { params: { path }, body: { feedback } }),
      ),
    edit,
    prioritise: (conceptId: string) =>
      command(() =>
        api.POST("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/prioritise", { params: of(conceptId) }),
      ),
    learned: (conceptId: string, learned: boolean) =>
      command(() =>
        api.PUT("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/learned", {
          params: of(conceptId),
          body: { learned },
        }),
      ),
    regenerate: (conceptId: string, artefacts: ArtefactKind[], instructions: string) =>
      command(() =>
        api.POST("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/regenerate", {
          params: of(conceptId),
          body: { artefacts, instructions: instructions || null },
        }),
      ),
    restore: (conceptId: string, artefact: ArtefactKind, version: number) =>
      command(() =>
        api.POST("/api/v1/roadmaps/{roadmap_id}/concepts/{concept_id}/restore", {
          params: of(conceptId),
          body: { artefact, version },
        }),
      ),
  };
}

export type RoadmapCommands = ReturnType<typeof useRoadmapCommands>;
