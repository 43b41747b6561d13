// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { pauses } from "../../shared/api/backoff";
import type { RoadmapView, ServerFrame, StreamFrame } from "../../shared/api/schema";
import { reads } from "./fixtures/run";
import { follow, Unfit, type Transport } from "./follower";
import { serverSentEvents, webSocket } from "./transports";

const first = reads[0] as RoadmapView;
const HEARTBEAT: StreamFrame = { type: "heartbeat", seq: first.seq };

/** What a WebSocket and an EventSource have in common. */
class Connection {
  static last: Connection;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  isClosed = false;

  constructor(readonly url: string) {
    Connection.last = this;
  }

  close(): void {
    this.isClosed = true;
  }

  says(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const ways: [string, (roadmapId: string, base: string) => Transport, string][] = [
  ["websocket", webSocket, "ws://learn.example/greenway/api/v1/ws/roadmaps/r1?since=7&coalesce=1"],
  ["sse", serverSentEvents, "http://learn.example/greenway/api/v1/roadmaps/r1/events?since=7&coalesce=1"],
];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Connection);
  vi.stubGlobal("EventSource", Connection);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test.each(ways)(
  "%s follows below the sub-path, from where it is, until it is told to stop",
  async (_, way, url) => {
    const heard: ServerFrame[] = [];
    const stop = new AbortController();
    const following = way("r1", "http://learn.example/greenway").follow(
      7,
      (frame) => heard.push(frame),
      stop.signal,
    );
    expect(Connection.last.url).toBe(url);
    Connection.last.onopen?.();
    Connection.last.says(HEARTBEAT);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(heard).toEqual([HEARTBEAT]);
    expect(Connection.last.isClosed).toBe(false);
    stop.abort();
    await following;
    expect(Connection.last.isClosed).toBe(true);
  },
);

test.each(ways)("%s that opens and says nothing is unfit", async (_, way) => {
  const following = way("r1", "http://learn.example").follow(
    7,
    () => undefined,
    new AbortController().signal,
  );
  const fault = following.catch((reason: unknown) => reason);
  Connection.last.onopen?.();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await fault).toBeInstanceOf(Unfit);
  expect(Connection.last.isClosed).toBe(true);
});

test("what is unfit is not tried again before the next way", async () => {
  const stop = new AbortController();
  const tried: string[] = [];
  const unfit: Transport = {
    name: "websocket",
    follow() {
      tried.push("websocket");
      return Promise.reject(new Unfit());
    },
  };
  const fit: Transport = {
    name: "sse",
    follow(_since, onFrame) {
      tried.push("sse");
      onFrame(HEARTBEAT);
      stop.abort();
      return Promise.resolve();
    },
  };
  await follow(
    {
      roadmap: first,
      transports: [unfit, fit],
      read: () => Promise.resolve(first),
      onChange: () => undefined,
      pauses: pauses(),
      sleep: () => Promise.resolve(),
    },
    stop.signal,
  );
  expect(tried).toEqual(["websocket", "sse"]);
});
