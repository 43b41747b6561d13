/** A roadmap that keeps itself up to date for as long as a component shows it. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { pauses } from "../../shared/api/backoff";
import { Fault } from "../../shared/api/client";
import { greenway } from "../../shared/api/reach";
import { ROOT } from "../../shared/api/root";
import type { RoadmapView } from "../../shared/api/schema";
import { readRoadmap, roadmapQuery } from "../queries";
import { follow, Gone, type OnDoubt, type Transport, type Watched } from "./follower";
import { shared, type Channel } from "./sharing";
import { polling, serverSentEvents, webSocket } from "./transports";

async function readOrGone(roadmapId: string, signal: AbortSignal): Promise<RoadmapView> {
  try {
    return await readRoadmap(roadmapId, signal);
  } catch (fault) {
    throw fault instanceof Fault && fault.status === 404 ? new Gone() : fault;
  }
}

export function useRoadmap(roadmapId: string) {
  const query = useQuery(roadmapQuery(roadmapId));
  const [watched, setWatched] = useState<Watched | null>(null);
  const first = query.data;

  useEffect(() => {
    if (first === undefined) return;
    const stop = new AbortController();
    const read = (signal: AbortSignal) => readOrGone(roadmapId, signal);
    setWatched({ roadmap: first, connected: true });
    void follow(
      {
        roadmap: first,
        transports: transportsOf(roadmapId, read),
        read,
        onChange: setWatched,
        pauses: pauses(),
        sleep: sleepUnlessWoken,
        onDoubt,
        onOverdue: () => void greenway.suspect(),
      },
      stop.signal,
    );
    return () => stop.abort();
  }, [roadmapId, first]);

  return {
    roadmap: watched?.roadmap ?? first,
    connected: watched?.connected ?? true,
    isGone: watched?.isGone ?? false,
    error: query.error,
    refetch: query.refetch,
  };
}

/**
 * Browsers give locks to pages from HTTPS and from this machine only. Without them, tabs cannot tell how many streams
 * they keep open together: they poll.
 */
function transportsOf(
  roadmapId: string,
  read: (signal: AbortSignal) => Promise<RoadmapView>,
): [Transport, ...Transport[]] {
  const asking = polling(read, sleepUnlessWoken);
  if (!("locks" in navigator)) return [webSocket(roadmapId), asking];
  const stream = shared({
    name: `greenway.roadmap.${ROOT}/${roadmapId}`,
    stream: serverSentEvents(roadmapId),
    polling: asking,
    read,
    locks: navigator.locks,
    channel: "BroadcastChannel" in globalThis ? (name): Channel => new BroadcastChannel(name) : null,
  });
  return [webSocket(roadmapId), stream, asking];
}

const onDoubt: OnDoubt = (listener, signal) => {
  const shown = () => {
    if (document.visibilityState === "visible") listener("shown");
  };
  document.addEventListener("visibilitychange", shown, { signal });
  for (const event of ["online", "offline"]) addEventListener(event, () => listener("network"), { signal });
  const stop = greenway.onChange(() => {
    if (greenway.isThere()) listener("network");
  });
  signal.addEventListener("abort", stop, { once: true });
};

/** A pause that ends early when there is a reason to try again. */
function sleepUnlessWoken(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settled = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      settled.abort();
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    onDoubt(wake, settled.signal);
    signal.addEventListener("abort", wake, { once: true, signal: settled.signal });
  });
}
