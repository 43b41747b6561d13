/** A roadmap that keeps itself up to date for as long as somebody looks at it. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { api, unwrap } from "../api/client";
import type { RoadmapView } from "../api/schema";
import { pauses } from "./backoff";
import { follow, type Watched } from "./follower";
import { polling, serverSentEvents, webSocket } from "./transports";

export function readRoadmap(roadmapId: string, signal: AbortSignal): Promise<RoadmapView> {
  return api
    .GET("/api/v1/roadmaps/{roadmap_id}", { params: { path: { roadmap_id: roadmapId } }, signal })
    .then(unwrap) as Promise<RoadmapView>;
}

export function useRoadmap(roadmapId: string) {
  const query = useQuery({
    queryKey: ["roadmap", roadmapId],
    queryFn: ({ signal }) => readRoadmap(roadmapId, signal),
    staleTime: Infinity,
  });
  const [watched, setWatched] = useState<Watched | null>(null);
  const first = query.data;

  useEffect(() => {
    if (first === undefined) return;
    const stop = new AbortController();
    const read = (signal: AbortSignal) => readRoadmap(roadmapId, signal);
    setWatched({ roadmap: first, connected: true });
    void follow(
      {
        roadmap: first,
        transports: [webSocket(roadmapId), serverSentEvents(roadmapId), polling(read, sleepUnlessWoken)],
        read,
        onChange: setWatched,
        pauses: pauses(),
        sleep: sleepUnlessWoken,
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [roadmapId, first]);

  return {
    roadmap: watched?.roadmap ?? first,
    connected: watched?.connected ?? true,
    error: query.error,
    refetch: query.refetch,
  };
}

/** A tab that is shown again, or a network that is back, does not wait for the end of a pause. */
function sleepUnlessWoken(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const woken = new AbortController();
    const wake = () => {
      if (document.visibilityState === "hidden") return;
      clearTimeout(timer);
      woken.abort();
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    document.addEventListener("visibilitychange", wake, { signal: woken.signal });
    addEventListener("online", wake, { signal: woken.signal });
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
