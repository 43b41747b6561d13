/**
 * Keeps one roadmap up to date: events over a WebSocket, over server-sent events where WebSockets fail, and by asking
 * again where both do. It reconnects for as long as a page watches, and asks for what it has missed.
 */

import type { Pauses } from "../../shared/api/backoff";
import type { ServerFrame, StreamFrame } from "../../shared/api/schema";
import type { Roadmap } from "../roadmap";
import { apply, isKnown, isNext, isTold } from "./reducer";

/** There is no such roadmap any more: reconnecting is of no use. */
export class Gone extends Error {}

/** This way leads nowhere at the moment, and finding out took long: another one should be tried at once. */
export class Unfit extends Error {}

/**
 * One way to get frames. The promise ends when the connection does; it rejects when there was none, with `Gone` where
 * there never will be, and with `Unfit` where another attempt is not worth its time.
 */
export interface Transport {
  readonly name: "websocket" | "sse" | "polling";
  follow(since: number, onFrame: (frame: ServerFrame) => void, signal: AbortSignal): Promise<void>;
  /** Where it ends without a fault, nothing was lost: it gives way for a look whether something better works again. */
  readonly givesWay?: true;
}

export interface Watched {
  readonly roadmap: Roadmap;
  /** False while nothing is heard: what is shown may be old. */
  readonly connected: boolean;
  readonly isGone?: boolean;
}

export type OnDoubt = (listener: (why: "shown" | "network") => void, signal: AbortSignal) => void;

export interface FollowerOptions {
  readonly roadmap: Roadmap;
  /** In the order in which they are preferred; the last one is used when all others fail. */
  readonly transports: readonly [Transport, ...Transport[]];
  readonly read: (signal: AbortSignal) => Promise<Roadmap>;
  readonly onChange: (watched: Watched) => void;
  readonly pauses: Pauses;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Tells when the tab is shown again, or the network comes or goes: a connection may have died unnoticed. */
  readonly onDoubt?: OnDoubt;
  /** Called when a heartbeat is overdue: a server that hangs keeps its connections open. */
  readonly onOverdue?: () => void;
  /** Milliseconds without a frame after which a connection is taken for dead; heartbeats come every 20 s. */
  readonly silence?: number;
}

/** Milliseconds between two heartbeats of the server, and a little more: who has been silent for longer is doubted. */
const HEARTBEAT = 25_000;
/** Attempts of one transport that may fail in a row before the next one is tried. */
const PATIENCE = 3;

/** Follow until the signal says that the last page has closed it. Never rejects. */
export async function follow(options: FollowerOptions, signal: AbortSignal): Promise<void> {
  const { transports, onChange, pauses, sleep } = options;
  let watched: Watched = { roadmap: options.roadmap, connected: true };
  let chosen = 0;
  let failures = 0;
  // Whether what is preferred is tried again while the last one works.
  let isProbing = false;

  const show = (next: Watched) => {
    if (next.roadmap !== watched.roadmap || next.connected !== watched.connected || next.isGone) {
      watched = next;
      onChange(next);
    }
  };

  while (!signal.aborted) {
    const transport = transports[chosen] ?? transports[0];
    const connection = linked(signal);
    const watchdog = silenceGuard(options.silence ?? 45_000, () => connection.abort());
    const heartbeat = silenceGuard(HEARTBEAT, () => options.onOverdue?.());
    options.onDoubt?.((why) => {
      if (why === "network" || watchdog.isQuiet(HEARTBEAT)) connection.abort();
    }, connection.signal);
    let heard = false;
    let missed = false;
    let gaveWay = false;
    try {
      await transport.follow(
        watched.roadmap.seq,
        (frame) => {
          watchdog.heard();
          heartbeat.heard();
          heard = true;
          failures = 0;
          pauses.reset();
          const after = receivedAll(watched.roadmap, "events" in frame ? frame.events : [frame]);
          missed ||= after.missed;
          show({ roadmap: after.roadmap, connected: true });
          if (missed) connection.abort();
        },
        connection.signal,
      );
      gaveWay = transport.givesWay ?? false;
    } catch (fault) {
      if (fault instanceof Gone) return show({ ...watched, connected: false, isGone: true });
      // There was no connection, or it was lost: the next attempt says since when.
      if (fault instanceof Unfit) failures = PATIENCE;
    } finally {
      watchdog.stop();
      heartbeat.stop();
      connection.abort();
    }
    if (signal.aborted) return;
    if (missed) {
      const fresh = await options.read(signal).catch(() => null);
      if (fresh !== null && isNewer(fresh, watched.roadmap)) show({ roadmap: fresh, connected: true });
      // The next connection would tell the same event: where it does not help to read, that takes its time.
      missed = fresh !== null;
    }
    if (heard) {
      chosen = 0; // what failed before may work again
      isProbing = gaveWay;
    } else {
      isProbing &&= chosen < transports.length - 1;
      failures += 1;
      if (isProbing || failures >= PATIENCE) {
        failures = 0;
        chosen = (chosen + 1) % transports.length;
      }
    }
    if (!missed && !isProbing) {
      show({ ...watched, connected: false });
      await sleep(pauses.next(), signal).catch(() => undefined);
    }
  }
}

/** The roadmap after frames that came at once, up to where something between two of them was not told. */
function receivedAll(known: Roadmap, frames: readonly StreamFrame[]): { roadmap: Roadmap; missed: boolean } {
  let roadmap = known;
  for (const frame of frames) {
    const outcome = received(roadmap, frame);
    if (outcome === "missed") return { roadmap, missed: true };
    roadmap = outcome;
  }
  return { roadmap, missed: false };
}

/** The roadmap after a frame, or that something between the two was not told. */
export function received(roadmap: Roadmap, frame: StreamFrame): Roadmap | "missed" {
  switch (frame.type) {
    case "snapshot":
      return isNewer(frame.roadmap, roadmap) ? frame.roadmap : roadmap;
    case "resync":
      return roadmap; // a snapshot follows
    case "heartbeat":
      return frame.seq > roadmap.seq ? "missed" : roadmap;
    default:
      if (isNext(roadmap, frame) && isTold(frame)) return apply(roadmap, frame);
      return isKnown(roadmap, frame) ? roadmap : "missed";
  }
}

/** Another epoch replaces what was known; within one, only what is not older does. */
function isNewer(next: Roadmap, known: Roadmap): boolean {
  return next.epoch !== known.epoch || next.seq >= known.seq;
}

function linked(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  signal.addEventListener("abort", () => controller.abort(), { once: true, signal: controller.signal });
  return controller;
}

function silenceGuard(milliseconds: number, onSilence: () => void) {
  let timer = setTimeout(onSilence, milliseconds);
  let last = Date.now();
  return {
    heard() {
      last = Date.now();
      clearTimeout(timer);
      timer = setTimeout(onSilence, milliseconds);
    },
    isQuiet(since: number) {
      return Date.now() - last > since;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
