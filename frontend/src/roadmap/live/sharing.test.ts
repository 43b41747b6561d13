import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";

import { pauses } from "../../shared/api/backoff";
import type { RoadmapView, ServerFrame } from "../../shared/api/schema";
import { events, reads as kept } from "./fixtures/run";
import { follow, Gone, type Transport, type Watched } from "./follower";
import { apply } from "./reducer";
import { PLACES, shared, type Channel, type Locks, type Said } from "./sharing";

const reads = kept as RoadmapView[];
const first = reads[0]!;
const last = reads[reads.length - 1]!;

/** The roadmap after each event. */
const states: Record<number, RoadmapView> = { [first.seq]: first };
for (const event of events.slice(first.seq))
  states[event.seq] = apply(states[event.seq - 1]!, event) as RoadmapView;

afterEach(() => {
  vi.useRealTimers();
});

/** Web Locks, as all tabs of a browser see them. */
class BrowserLocks implements Locks {
  private readonly held = new Map<string, Promise<void>>();

  async request(
    name: string,
    { signal, ifAvailable }: LockOptions,
    work: (lock: Lock | null) => Promise<void>,
  ): Promise<void> {
    if (ifAvailable && this.held.has(name)) return work(null);
    while (this.held.has(name)) {
      await Promise.race([this.held.get(name), aborted(signal)]);
      signal?.throwIfAborted();
    }
    signal?.throwIfAborted();
    const done = work({ name, mode: "exclusive" });
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    this.held.set(
      name,
      settled.then(() => void this.held.delete(name)),
    );
    return done;
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
}

/** Broadcast channels, as all tabs of a browser have them. */
class Browser {
  readonly locks = new BrowserLocks();
  private readonly open = new Map<string, Set<Channel>>();

  readonly channel = (name: string): Channel => {
    const all = this.open.get(name) ?? new Set();
    this.open.set(name, all);
    const channel: Channel = {
      onmessage: null,
      postMessage(said: Said) {
        for (const other of all)
          if (other !== channel)
            queueMicrotask(() => {
              if (all.has(other)) other.onmessage?.({ data: said } as MessageEvent<Said>);
            });
      },
      close: () => all.delete(channel),
    };
    all.add(channel);
    return channel;
  };
}

/** A server with a run that goes on event by event. */
class Server {
  seq = first.seq;
  readonly asked: number[] = [];
  readonly polled: number[] = [];
  reads = 0;
  private readonly listeners = new Set<{ tell: (frame: ServerFrame) => void; cut: () => void }>();

  readonly stream: Transport = {
    name: "sse",
    follow: (since, onFrame, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        this.asked.push(since);
        const listener = {
          tell: onFrame,
          cut: () => {
            this.listeners.delete(listener);
            resolve();
          },
        };
        this.listeners.add(listener);
        signal.addEventListener("abort", listener.cut);
        for (const event of events.slice(since, this.seq)) onFrame(event);
        if (since >= this.seq) onFrame({ type: "heartbeat", seq: this.seq });
      }),
  };

  readonly polling: Transport = {
    name: "polling",
    follow: async (since, onFrame) => {
      this.polled.push(since);
      onFrame({ type: "snapshot", roadmap: await this.read() });
    },
  };

  readonly read = async (): Promise<RoadmapView> => {
    this.reads += 1;
    return states[this.seq]!;
  };

  get streams(): number {
    return this.listeners.size;
  }

  publish(): void {
    const event = events[this.seq];
    if (event === undefined) return;
    this.seq += 1;
    for (const listener of this.listeners) listener.tell(event);
  }

  /** Publish some events in one frame. */
  publishTogether(count: number): void {
    const together = events.slice(this.seq, this.seq + count);
    this.seq += together.length;
    if (together.length > 0) for (const listener of this.listeners) listener.tell({ events: together });
  }

  cut(): void {
    for (const listener of [...this.listeners]) listener.cut();
  }
}

const turns = async (count = 40) => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

function transport(browser: Browser, server: Server, roadmap = "r"): Transport {
  return shared({
    name: roadmap,
    stream: server.stream,
    polling: server.polling,
    read: server.read,
    locks: browser.locks,
    channel: browser.channel,
  });
}

/** A tab that shares, and what it has heard. */
function tab(browser: Browser, server: Server, since = server.seq, roadmap = "r") {
  const frames: ServerFrame[] = [];
  const stop = new AbortController();
  const ended = transport(browser, server, roadmap)
    .follow(since, (frame) => frames.push(frame), stop.signal)
    .then(
      () => "ended",
      (fault: unknown) => fault,
    );
  return {
    frames,
    ended,
    close: () => stop.abort(),
    numbers: () =>
      frames.flatMap((frame) => {
        if ("events" in frame) return frame.events.map(({ seq }) => seq);
        return "seq" in frame && frame.type !== "heartbeat" ? [frame.seq] : [];
      }),
  };
}

test("tabs of one roadmap share one stream, and each hears every event once", async () => {
  const browser = new Browser();
  const server = new Server();
  const tabs = Array.from({ length: 8 }, () => tab(browser, server));
  await turns();
  const start = server.seq;
  for (let count = 0; count < 5; count += 1) server.publish();
  await turns();
  expect(server.streams).toBe(1);
  for (const one of tabs) expect(one.numbers()).toEqual([1, 2, 3, 4, 5].map((step) => start + step));
});

test("events that come in one frame reach every tab in one frame, and all go on after them", async () => {
  const browser = new Browser();
  const server = new Server();
  const start = server.seq;
  const leader = tab(browser, server);
  const heir = tab(browser, server);
  await turns();
  server.publishTogether(3);
  await turns();
  expect(heir.frames.map((frame) => "events" in frame && frame.events.length)).toEqual([false, 3]);
  leader.close();
  await turns();
  expect(server.asked).toEqual([start, start + 3]);
  expect(heir.numbers()).toEqual([start + 1, start + 2, start + 3]);
});

test("a newcomer that is behind the first of several events reads once", async () => {
  const browser = new Browser();
  const server = new Server();
  tab(browser, server);
  await turns();
  server.publish();
  const late = tab(browser, server, first.seq - 1);
  server.publishTogether(2);
  await turns();
  expect(server.reads).toBe(1);
  expect(late.frames[0]).toEqual({ type: "snapshot", roadmap: states[server.seq] });
});

test("when the leader is closed, another tab goes on where it was", async () => {
  const browser = new Browser();
  const server = new Server();
  const start = server.seq;
  const leader = tab(browser, server);
  const heir = tab(browser, server);
  await turns();
  server.publish();
  await turns();
  leader.close();
  server.publish();
  await turns();
  server.publish();
  await turns();
  expect(await leader.ended).toBe("ended");
  expect(server.asked).toEqual([start, start + 1]);
  expect(heir.numbers()).toEqual([start + 1, start + 2, start + 3]);
});

test("a newcomer that has missed nothing is told so; one that has reads once, and goes on from there", async () => {
  const browser = new Browser();
  const server = new Server();
  const start = server.seq;
  tab(browser, server);
  await turns();
  server.publish();
  await turns();
  const punctual = tab(browser, server);
  await turns();
  expect(punctual.frames).toEqual([{ type: "heartbeat", seq: start + 1 }]);
  expect(server.reads).toBe(0);
  const late = tab(browser, server, start);
  await turns();
  server.publish();
  await turns();
  expect(server.reads).toBe(1);
  expect(late.frames.map((frame) => "type" in frame && frame.type).slice(0, 2)).toEqual([
    "snapshot",
    "heartbeat",
  ]);
  expect(late.numbers()).toEqual([start + 2]);
  expect(server.streams).toBe(1);
});

test("what comes while a newcomer reads is heard after what it has read", async () => {
  const browser = new Browser();
  const server = new Server();
  tab(browser, server);
  await turns();
  server.publish();
  let answer: (roadmap: RoadmapView) => void = () => undefined;
  const read = server.read;
  Object.assign(server, { read: () => new Promise((resolve) => (answer = resolve)) });
  const late = tab(browser, server, first.seq);
  await turns();
  const known = await read();
  server.publish();
  server.publish();
  await turns();
  expect(late.frames).toEqual([]);
  answer(known);
  await turns();
  expect(late.frames[0]).toEqual({ type: "snapshot", roadmap: known });
  expect(late.numbers()).toEqual([known.seq + 1, known.seq + 2]);
});

test("a newcomer that reads of a roadmap that is gone says so", async () => {
  const browser = new Browser();
  const server = new Server();
  tab(browser, server);
  await turns();
  server.publish();
  Object.assign(server, { read: () => Promise.reject(new Gone()) });
  const late = tab(browser, server, first.seq);
  expect(await late.ended).toBeInstanceOf(Gone);
});

test("leaders without a place ask again and again, and take a place that becomes free", async () => {
  const browser = new Browser();
  const server = new Server();
  const tabs = Array.from({ length: PLACES + 2 }, (_, index) =>
    tab(browser, server, server.seq, `r${index}`),
  );
  await turns();
  expect(server.streams).toBe(PLACES);
  expect(tabs.every((one) => one.frames.length > 0)).toBe(true);
  const asked = server.polled.length;
  expect(asked).toBeGreaterThan(1);
  for (const one of tabs.slice(0, PLACES)) one.close();
  await turns(200);
  expect(server.streams).toBe(2);
  for (const one of tabs) one.close();
});

test("where tabs cannot talk to each other, each takes a place of its own, or asks", async () => {
  const browser = new Browser();
  const server = new Server();
  const stop = new AbortController();
  const alone = shared({
    name: "r",
    stream: server.stream,
    polling: server.polling,
    read: server.read,
    locks: browser.locks,
    channel: null,
  });
  const heard = Array.from({ length: 8 }, () => 0);
  for (const index of heard.keys()) void alone.follow(server.seq, () => (heard[index]! += 1), stop.signal);
  await turns();
  expect(server.streams).toBe(PLACES);
  expect(heard.every((count) => count > 0)).toBe(true);
  stop.abort();
});

test("who hears nothing of a leader gives up, so that it can ask by itself", async () => {
  vi.useFakeTimers();
  const browser = new Browser();
  const server = new Server();
  void browser.locks.request("r", {}, () => new Promise(() => undefined)); // frozen
  const waiting = tab(browser, server);
  await vi.advanceTimersByTimeAsync(4_000);
  const outcome = vi.fn();
  void waiting.ended.then(outcome);
  await vi.advanceTimersByTimeAsync(0);
  expect(outcome).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(outcome).toHaveBeenCalledWith(expect.objectContaining({ name: "AbortError" }));
});

/** What may happen to tabs that share: a tab is opened or closed, connections are cut, the run goes on. */
const happenings = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant("open" as const) }),
    fc.record({ what: fc.constant("close" as const), which: fc.nat(7) }),
    fc.record({ what: fc.constant("cut" as const) }),
    fc.record({ what: fc.constant("publish" as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ what: fc.constant("publish together" as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ what: fc.constant("wait" as const), count: fc.nat(30) }),
  ),
  { maxLength: 40 },
);

test("whatever happens, every tab that stays open ends in what a read shows, without going back", async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (happened) => {
      const browser = new Browser();
      const server = new Server();
      const tabs: { seen: Watched[]; stop: AbortController }[] = [];
      const open = () => {
        const seen: Watched[] = [];
        const stop = new AbortController();
        tabs.push({ seen, stop });
        void follow(
          {
            // What every tab has read before it follows.
            roadmap: first,
            transports: [transport(browser, server)],
            read: server.read,
            onChange: (watched) => seen.push(watched),
            pauses: pauses(),
            sleep: () => turns(3),
          },
          stop.signal,
        );
      };
      open();
      for (const one of happened) {
        if (one.what === "open" && tabs.length < 8) open();
        if (one.what === "close" && tabs.length > 1) tabs.splice(one.which % tabs.length, 1)[0]!.stop.abort();
        if (one.what === "cut") server.cut();
        if (one.what === "publish") for (let count = 0; count < one.count; count += 1) server.publish();
        if (one.what === "publish together") server.publishTogether(one.count);
        if (one.what === "wait") await turns(one.count);
      }
      while (server.seq < events.length) server.publish();
      await turns(400);
      for (const { seen } of tabs) {
        expect(seen.at(-1)!.roadmap.status).toBe(last.status);
        expect(seen.at(-1)!.roadmap.stages).toEqual(last.stages);
        const numbers = seen.map((watched) => watched.roadmap.seq);
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }
      expect(server.streams).toBe(1);
      for (const { stop } of tabs) stop.abort();
      await turns();
      expect(server.streams).toBe(0);
    }),
    { numRuns: 100 },
  );
});
