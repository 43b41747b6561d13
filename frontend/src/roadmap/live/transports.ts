/** The ways on which frames come: a WebSocket, server-sent events, or asking again and again. */

import { ROOT } from "../../shared/api/root";
import type { RoadmapView, ServerFrame } from "../../shared/api/schema";
import { Gone, Unfit, type Transport } from "./follower";

const POLL_EVERY = 3_000;
/** After so many reads, something better is tried again. */
const POLLS = 20;
/** The code with which the server closes a WebSocket to a roadmap that is not there. */
const NOT_FOUND = 4404;

/** Milliseconds within which the first frame must come, which is sent at once: a proxy may hold back all that follows. */
const FIRST_FRAME = 10_000;

export function webSocket(roadmapId: string, base = location.origin + ROOT): Transport {
  return {
    name: "websocket",
    follow(since, onFrame, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return resolve();
        const url = `${base.replace(/^http/, "ws")}/api/v1/ws/roadmaps/${roadmapId}?since=${since}&coalesce=1`;
        const socket = new WebSocket(url);
        const silence = setTimeout(() => {
          leave();
          reject(new Unfit("The WebSocket has said nothing."));
        }, FIRST_FRAME);
        let opened = false;
        socket.onopen = () => (opened = true);
        socket.onmessage = (message: MessageEvent<string>) => {
          clearTimeout(silence);
          onFrame(JSON.parse(message.data) as ServerFrame);
        };
        socket.onclose = ({ code }) => {
          clearTimeout(silence);
          if (code === NOT_FOUND) reject(new Gone());
          else if (opened) resolve();
          else reject(new Error("The WebSocket could not be opened."));
        };
        // A connection that has died unnoticed would answer its closing only after a minute.
        const leave = () => {
          clearTimeout(silence);
          socket.onmessage = null;
          socket.onclose = null;
          socket.close();
        };
        signal.addEventListener("abort", () => (leave(), resolve()), { once: true });
      });
    },
  };
}

export function serverSentEvents(roadmapId: string, base = location.origin + ROOT): Transport {
  return {
    name: "sse",
    follow(since, onFrame, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return resolve();
        const source = new EventSource(
          `${base}/api/v1/roadmaps/${roadmapId}/events?since=${since}&coalesce=1`,
        );
        const leave = () => {
          clearTimeout(silence);
          source.close();
        };
        const silence = setTimeout(() => {
          leave();
          reject(new Unfit("The event stream has said nothing."));
        }, FIRST_FRAME);
        let opened = false;
        source.onopen = () => (opened = true);
        source.onmessage = (message: MessageEvent<string>) => {
          clearTimeout(silence);
          onFrame(JSON.parse(message.data) as ServerFrame);
        };
        // It would reconnect by itself, from where it began; we know better where we are.
        source.onerror = () => {
          leave();
          if (opened) resolve();
          else reject(new Error("The event stream could not be opened."));
        };
        signal.addEventListener("abort", () => (leave(), resolve()), { once: true });
      });
    },
  };
}

/** For networks that let neither through: a snapshot every few seconds, for a minute. */
export function polling(
  read: (signal: AbortSignal) => Promise<RoadmapView>,
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Transport {
  return {
    name: "polling",
    givesWay: true,
    async follow(_since, onFrame, signal) {
      for (let count = 0; count < POLLS && !signal.aborted; count += 1) {
        onFrame({ type: "snapshot", roadmap: await read(signal) });
        await sleep(POLL_EVERY, signal);
      }
    },
  };
}
