import fc from "fast-check";
import { expect, test, vi } from "vitest";

import { pauses } from "../../shared/api/backoff";
import type { RoadmapView, ServerFrame, StreamFrame } from "../../shared/api/schema";
import { events, reads as kept } from "./fixtures/run";
import { follow, Gone, received, type FollowerOptions, type Transport, type Watched } from "./follower";
import { apply } from "./reducer";

const reads = kept as RoadmapView[];
const first = reads[0]!;
const last = reads[reads.length - 1]!;
const AT_ONCE = { pauses: pauses(), sleep: () => Promise.resolve() };

/** Serves what comes after `since`, up to some frames a connection, as `script` says; null refuses. */
function scripted(name: Transport["name"], script: (number | null)[], asked: number[] = []): Transport {
  return {
    name,
    follow(since, onFrame, signal) {
      asked.push(since);
      const frames = script.length > 0 ? script.shift()! : events.length;
      if (frames === null) return Promise.reject(new Error("refused"));
      for (const event of events.slice(since, since + frames)) {
        if (signal.aborted) break;
        onFrame(event);
      }
      return Promise.resolve();
    },
  };
}

async function followToTheEnd(transports: FollowerOptions["transports"]): Promise<Watched[]> {
  const seen: Watched[] = [];
  const stop = new AbortController();
  await follow(
    {
      roadmap: first,
      transports,
      read: () => Promise.resolve(last),
      onChange(watched) {
        seen.push(watched);
        if (watched.roadmap.seq === last.seq) stop.abort();
      },
      ...AT_ONCE,
    },
    stop.signal,
  );
  return seen;
}

test("it goes on where it was after each lost connection", async () => {
  const asked: number[] = [];
  const seen = await followToTheEnd([scripted("websocket", [3, 4, 1], asked)]);
  expect(asked).toEqual([first.seq, first.seq + 3, first.seq + 7, first.seq + 8]);
  expect(seen.at(-1)!.roadmap.seq).toBe(last.seq);
  expect(seen.filter((watched) => !watched.connected).length).toBe(3);
});

test("it takes another way when one fails three times", async () => {
  const sockets: number[] = [];
  const streams: number[] = [];
  await followToTheEnd([
    scripted("websocket", [null, null, null], sockets),
    scripted("sse", [null, null, 5], streams),
  ]);
  expect(sockets.length).toBe(4);
  expect(streams.length).toBe(3);
});

test("what is gone is said, and nobody comes back", async () => {
  const seen: Watched[] = [];
  let connections = 0;
  const gone: Transport = {
    name: "websocket",
    follow() {
      connections += 1;
      return Promise.reject(new Gone());
    },
  };
  const options = { roadmap: first, read: () => Promise.resolve(last), ...AT_ONCE };
  await follow(
    { ...options, transports: [gone], onChange: (watched) => seen.push(watched) },
    new AbortController().signal,
  );
  expect(connections).toBe(1);
  expect(seen.map((watched) => watched.isGone)).toEqual([true]);
});

test("where the first connection fails, it says that it is not connected", async () => {
  const seen = await followToTheEnd([scripted("websocket", [null])]);
  expect(seen[0]!.connected).toBe(false);
  expect(seen.at(-1)!.connected).toBe(true);
});

test("a connection that is in doubt after a long silence is opened anew; one that has just spoken is not", async () => {
  vi.useFakeTimers();
  try {
    const stop = new AbortController();
    let connections = 0;
    let doubt: (why: "shown" | "network") => void = () => {};
    const open: Transport = {
      name: "websocket",
      follow: (_since, onFrame, signal) => {
        connections += 1;
        onFrame({ type: "heartbeat", seq: first.seq });
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
      },
    };
    const options = {
      roadmap: first,
      read: () => Promise.resolve(last),
      onChange: () => undefined,
      ...AT_ONCE,
    };
    const following = follow(
      { ...options, transports: [open], onDoubt: (listener) => (doubt = listener) },
      stop.signal,
    );
    await vi.advanceTimersByTimeAsync(10_000);
    doubt("shown");
    await vi.advanceTimersByTimeAsync(0);
    expect(connections).toBe(1);
    await vi.advanceTimersByTimeAsync(30_000);
    doubt("shown");
    await vi.advanceTimersByTimeAsync(0);
    expect(connections).toBe(2);
    doubt("network");
    await vi.advanceTimersByTimeAsync(0);
    expect(connections).toBe(3);
    stop.abort();
    await following;
  } finally {
    vi.useRealTimers();
  }
});

test("any sequence of cuts ends in what a read shows", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.nat(12), { nil: null }), { maxLength: 30 }),
      fc.array(fc.option(fc.nat(12), { nil: null }), { maxLength: 30 }),
      async (socket, stream) => {
        const seen = await followToTheEnd([scripted("websocket", socket), scripted("sse", stream)]);
        expect(seen.at(-1)!.roadmap.status).toBe(last.status);
        expect(seen.at(-1)!.roadmap.stages).toEqual(last.stages);
        const numbers = seen.map((watched) => watched.roadmap.seq);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      },
    ),
    { numRuns: 100 },
  );
});

test("an event that another is missing before makes it read", async () => {
  let reads = 0;
  const stop = new AbortController();
  const skipping: Transport = {
    name: "websocket",
    follow(since, onFrame) {
      onFrame(events[since + 1]!);
      return Promise.resolve();
    },
  };
  await follow(
    {
      roadmap: first,
      transports: [skipping],
      read: () => {
        reads += 1;
        return Promise.resolve(last);
      },
      onChange: (watched) => watched.roadmap.seq === last.seq && stop.abort(),
      ...AT_ONCE,
    },
    stop.signal,
  );
  expect(reads).toBe(1);
});

test.each([
  ["of an older server", null],
  ["that has changed too many concepts to tell them", { reread: true }],
] as const)("an event %s makes it read", async (_, changes) => {
  const asked: number[] = [];
  const untold: Transport = {
    name: "websocket",
    follow(since, onFrame, signal) {
      asked.push(since);
      for (const event of events.slice(since, asked.length === 1 ? first.seq + 3 : events.length))
        if (!signal.aborted) onFrame(event.seq === first.seq + 3 ? { ...event, changes } : event);
      return Promise.resolve();
    },
  };
  const later = reads.find((read) => read.seq >= first.seq + 3)!;
  const stop = new AbortController();
  const seen: Watched[] = [];
  await follow(
    {
      roadmap: first,
      transports: [untold],
      read: () => Promise.resolve(later),
      onChange(watched) {
        seen.push(watched);
        if (watched.roadmap.seq === last.seq) stop.abort();
      },
      ...AT_ONCE,
    },
    stop.signal,
  );
  expect(asked).toEqual([first.seq, later.seq]);
  expect(seen.map((watched) => watched.roadmap.seq).slice(0, 3)).toEqual([
    first.seq + 1,
    first.seq + 2,
    later.seq,
  ]);
  expect(seen.every((watched) => watched.connected)).toBe(true);
});

test("where the roadmap cannot be read, the next attempt waits", async () => {
  const stop = new AbortController();
  let connections = 0;
  let sleeps = 0;
  const untold: Transport = {
    name: "websocket",
    follow(since, onFrame) {
      connections += 1;
      if (connections > 3) stop.abort();
      onFrame({ ...events[since]!, changes: null });
      return Promise.resolve();
    },
  };
  const seen: boolean[] = [];
  await follow(
    {
      roadmap: first,
      transports: [untold],
      read: () => Promise.reject(new Error("unavailable")),
      onChange: (watched) => seen.push(watched.connected),
      pauses: pauses(),
      sleep: () => {
        sleeps += 1;
        if (sleeps === 3) stop.abort();
        return Promise.resolve();
      },
    },
    stop.signal,
  );
  expect([connections, sleeps]).toEqual([3, 3]);
  expect(seen[0]).toBe(false);
});

test("a connection that is silent for too long is given up", async () => {
  const stop = new AbortController();
  let connections = 0;
  const silent: Transport = {
    name: "websocket",
    follow: (_since, _onFrame, signal) => {
      connections += 1;
      if (connections === 3) stop.abort();
      return new Promise((_resolve, reject) => {
        if (signal.aborted) reject(new Error("aborted"));
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
  };
  const options = {
    roadmap: first,
    read: () => Promise.resolve(last),
    onChange: () => undefined,
    silence: 5,
  };
  await follow({ ...options, transports: [silent], ...AT_ONCE }, stop.signal);
  expect(connections).toBe(3);
});

test("an older snapshot does not turn back what is known", () => {
  const snapshot = (roadmap: RoadmapView): StreamFrame => ({ type: "snapshot", roadmap });
  expect(received(last, snapshot(first))).toBe(last);
  expect(received(first, snapshot(last))).toBe(last);
  const restored = { ...first, epoch: "00000000-0000-0000-0000-000000000000" };
  expect(received(last, snapshot(restored))).toBe(restored);
});

/** Follows a connection that sends these frames once, and stays open. */
async function hears(frames: ServerFrame[], read: () => Promise<RoadmapView>): Promise<Watched[]> {
  const stop = new AbortController();
  const seen: Watched[] = [];
  const once: Transport = {
    name: "websocket",
    follow(_since, onFrame, signal) {
      for (const frame of frames.splice(0)) if (!signal.aborted) onFrame(frame);
      stop.abort();
      return Promise.resolve();
    },
  };
  const onChange = (watched: Watched) => void seen.push(watched);
  await follow({ roadmap: first, transports: [once], read, onChange, ...AT_ONCE }, stop.signal);
  return seen;
}

test("events that come in one frame are shown at once", async () => {
  const together = events.slice(first.seq, first.seq + 5);
  const seen = await hears([{ events: together }], () => Promise.reject(new Error("nothing is missing")));
  const [only, ...others] = seen;
  expect(others).toEqual([]);
  expect(only!.roadmap).toEqual(together.reduce(apply, first));
});

test("events of a frame that are known already change nothing", async () => {
  const seen = await hears(
    [{ events: events.slice(first.seq, first.seq + 3) }, { events: events.slice(first.seq, first.seq + 4) }],
    () => Promise.reject(new Error("nothing is missing")),
  );
  expect(seen.map((watched) => watched.roadmap.seq)).toEqual([first.seq + 3, first.seq + 4]);
});

test("of a frame with a gap, what comes before it is shown", async () => {
  const withGap = events.slice(first.seq, first.seq + 5).filter((_, index) => index !== 2);
  const seen = await hears([{ events: withGap }], () => Promise.resolve(last));
  expect(seen.map((watched) => watched.roadmap.seq)).toEqual([first.seq + 2]);
});

test("a heartbeat tells of what was missed", () => {
  expect(received(first, { type: "heartbeat", seq: first.seq })).toBe(first);
  expect(received(first, { type: "heartbeat", seq: first.seq + 1 })).toBe("missed");
});

test("pauses double up to the longest, with jitter, and start again", () => {
  const some = pauses({ first: 100, longest: 400, random: () => 1 });
  expect([some.next(), some.next(), some.next(), some.next()]).toEqual([100, 200, 400, 400]);
  some.reset();
  expect(some.next()).toBe(100);
  expect(pauses({ first: 100, random: () => 0 }).next()).toBe(50);
});

test("polling gives way for a look whether a stream works again, and all the while it is connected", async () => {
  const ways: string[] = [];
  const polls = scripted("polling", [2, 2, 2]);
  const noSocket: Transport = {
    name: "websocket",
    follow: () => (ways.push("websocket"), Promise.reject(new Error("refused"))),
  };
  const seen = await followToTheEnd([
    noSocket,
    { ...polls, givesWay: true, follow: (...how) => (ways.push("polling"), polls.follow(...how)) },
  ]);
  expect(ways.slice(0, 7)).toEqual(
    "websocket websocket websocket polling websocket polling websocket".split(" "),
  );
  expect(seen.findLastIndex((watched) => !watched.connected)).toBeLessThan(
    seen.findIndex((watched) => watched.connected),
  );
});

test("where polling fails as well, it is not connected", async () => {
  const polling = scripted("polling", [2, null]);
  const seen = await followToTheEnd([
    scripted("websocket", [null, null, null, null]),
    { ...polling, givesWay: true },
  ]);
  const connected = seen.map((watched) => watched.connected);
  expect(connected.filter((now, index) => now !== connected[index - 1])).toEqual([false, true, false, true]);
});

test("a heartbeat that is overdue is reported, one that came is not", async () => {
  vi.useFakeTimers();
  const onOverdue = vi.fn();
  const stop = new AbortController();
  let hear: (frame: StreamFrame) => void = () => undefined;
  const silent: Transport = {
    name: "websocket",
    follow: (_, onFrame, signal) =>
      new Promise((resolve) => {
        hear = onFrame;
        signal.addEventListener("abort", () => resolve());
      }),
  };
  const following = follow(
    {
      roadmap: last,
      transports: [silent],
      read: () => Promise.resolve(last),
      onChange: vi.fn(),
      onOverdue,
      ...AT_ONCE,
    },
    stop.signal,
  );
  await vi.advanceTimersByTimeAsync(20_000);
  hear({ type: "heartbeat", seq: last.seq });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(onOverdue).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(onOverdue).toHaveBeenCalledOnce();
  stop.abort();
  await following;
  vi.useRealTimers();
});
