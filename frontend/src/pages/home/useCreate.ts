import { useMutation, useQueryClient } from "@tanstack/react-query";

import { LISTS } from "../../roadmap/queries";
import { api, unwrap } from "../../shared/api/client";
import { useForgottenWhenBack } from "../../shared/api/reach";
import type { NewRoadmap } from "../../shared/api/schema";

/** Creates a roadmap; the same `key` twice creates one. */
export function useCreate() {
  const client = useQueryClient();
  const creating = useMutation({
    mutationFn: ({ body, key }: { body: NewRoadmap; key: string }) =>
      api.POST("/api/v1/roadmaps", { body, headers: { "Idempotency-Key": key } }).then(unwrap),
    onSuccess: () => client.invalidateQueries(LISTS),
  });
  useForgottenWhenBack(creating);
  return creating;
}
