/** Changes to which models write. */

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "../../shared/api/client";
import type { ModelSettings, ModelView } from "../../shared/api/schema";
import { useNotice } from "../../shared/ui/notice";

export interface ModelChange extends Partial<ModelSettings> {
  /** By account; null deletes a key. */
  readonly keys?: Readonly<Record<string, string | null>>;
}

/** Changes what was saved, as the page has read it: if somebody else was faster, nothing is changed. */
export function useModelChange(now: ModelView | undefined) {
  const queries = useQueryClient();
  const { fault } = useNotice();
  return useMutation({
    mutationFn: ({ keys = {}, ...change }: ModelChange) =>
      api
        .PUT("/api/v1/model", {
          body: { ...now?.saved, ...change, keys, ...(now !== undefined && { revision: now.revision }) },
        })
        .then(unwrap),
    onSuccess: (shown) => queries.setQueryData(["model"], shown),
    onError: fault,
    // Its name is shown elsewhere, and what is left to write costs something else now.
    onSettled: () => {
      for (const part of ["model", "about", "estimate"]) void queries.invalidateQueries({ queryKey: [part] });
    },
  });
}

export interface Asked {
  readonly model: string;
  readonly address?: string | null;
  readonly key?: string | null;
}

export function useModelTest() {
  return useMutation({
    mutationFn: (body: Asked) => api.POST("/api/v1/model/test", { body }).then(unwrap),
  });
}

export function useModelList() {
  return useMutation({
    mutationFn: (body: Asked) => api.POST("/api/v1/model/list", { body }).then(unwrap),
  });
}
