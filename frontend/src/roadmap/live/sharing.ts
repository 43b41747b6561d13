/**
 * Tabs share event streams, because a browser opens six connections to a server that speaks HTTP/1.1, and a stream
 * keeps one for good. The tabs of one roadmap have a leader, which follows for all of them; a lock says which one it
 * is, and goes to the next tab when the leader's is closed. All leaders share a few places for streams; one without a
 * place asks again and again.
 */

import type { RoadmapView, ServerFrame } from "../../shared/api/schema";
import type { Transport } from "./follower";

/** Event streams that all tabs of a browser keep open at once; the other connections are for requests. */
export const PLACES = 3;
/** Milliseconds within which a leader must be heard of. One that is frozen says nothing and keeps its lock. */
const PATIENCE = 5_000;

/** What tabs tell each other: the frames of the leader, and that a tab has come and wants to know where the leader is. */
export type Said = { readonly kind: "frame"; readonly frame: ServerFrame } | { readonly kind: "hello" };

export interface Locks {
  request(name: string, options: LockOptions, work: (lock: Lock | null) => Promise<void>): Promise<void>;
}

export interface Channel {
  onmessage: ((message: MessageEvent<Said>) => void) | null;
  postMessage(said: Said): void;
  close(): void;
}

export interface Sharing {
  /** The same for all tabs that show this roadmap of this Greenway, and for no others. */
  readonly name: string;
  readonly stream: Transport;
  /** For leaders that find no place for a stream. */
  readonly polling: Transport;
  readonly read: (signal: AbortSignal) => Promise<RoadmapView>;
  readonly locks: Locks;
  /** Null where tabs cannot talk to each other: then each follows for itself. */
  readonly channel: ((name: string) => Channel) | null;
}

export function shared(sharing: Sharing): Transport {
  const { channel } = sharing;
  if (channel === null) return { name: "sse", follow: (...how) => withPlace(sharing, ...how) };
  return { name: "sse", follow: (...how) => new Tab(sharing, channel, ...how).follow() };
}

/** One tab among those that share, for as long as it is connected. */
class Tab {
  private role: "newcomer" | "follower" | "leader" = "newcomer";
  private readonly channel: Channel;
  private readonly waiting: AbortController;
  private readonly impatience: ReturnType<typeof setTimeout>;
  /** What the leader says while a newcomer reads where the roadmap stands. */
  private backlog: ServerFrame[] | null = null;
  private hasHeard = false;
  /** Why a newcomer could not catch up. */
  private fault: unknown = null;

  constructor(
    private readonly sharing: Sharing,
    open: (name: string) => Channel,
    private position: number,
    private readonly onFrame: (frame: ServerFrame) => void,
    private readonly signal: AbortSignal,
  ) {
    this.channel = open(sharing.name);
    this.waiting = new AbortController();
    this.impatience = setTimeout(() => this.waiting.abort(), PATIENCE);
  }

  async follow(): Promise<void> {
    const leave = () => this.waiting.abort();
    this.signal.addEventListener("abort", leave);
    if (this.signal.aborted) leave();
    this.channel.onmessage = ({ data }) => this.told(data);
    this.channel.postMessage({ kind: "hello" });
    try {
      await this.sharing.locks.request(this.sharing.name, { signal: this.waiting.signal }, () => this.lead());
    } catch (fault) {
      if (!this.signal.aborted) throw this.fault ?? fault;
    } finally {
      clearTimeout(this.impatience);
      this.signal.removeEventListener("abort", leave);
      this.channel.close();
    }
  }

  private async lead(): Promise<void> {
    clearTimeout(this.impatience);
    this.role = "leader";
    this.hasHeard = false;
    const onFrame = (frame: ServerFrame) => {
      this.hasHeard = true;
      this.channel.postMessage({ kind: "frame", frame });
      this.passOn(frame);
    };
    await withPlace(this.sharing, this.position, onFrame, this.signal);
  }

  private told(said: Said): void {
    if (said.kind === "hello") {
      // Who has heard nothing yet will tell of its first frame.
      if (this.isLeader() && this.hasHeard)
        this.channel.postMessage({ kind: "frame", frame: { type: "heartbeat", seq: this.position } });
      return;
    }
    if (this.isLeader()) return;
    clearTimeout(this.impatience);
    if (this.backlog !== null) this.backlog.push(said.frame);
    else if (this.role === "newcomer" && !follows(said.frame, this.position)) void this.catchUp(said.frame);
    else {
      this.role = "follower";
      this.passOn(said.frame);
    }
  }

  /** Reads where the roadmap stands; what the leader says meanwhile comes after it. */
  private async catchUp(first: ServerFrame): Promise<void> {
    const backlog = (this.backlog = [first]);
    try {
      const roadmap = await this.sharing.read(this.signal);
      backlog.unshift({ type: "snapshot", roadmap });
    } catch (fault) {
      this.fault = fault;
      return this.waiting.abort();
    }
    if (this.isLeader()) return; // its own stream tells what was missed
    this.role = "follower";
    this.backlog = null;
    for (const frame of backlog) if (!this.signal.aborted) this.passOn(frame);
  }

  private isLeader(): boolean {
    return this.role === "leader";
  }

  private passOn(frame: ServerFrame): void {
    this.position = positionAfter(frame, this.position);
    this.onFrame(frame);
  }
}

/** Whether a tab that is at `position` can go on with this frame. */
function follows(frame: ServerFrame, position: number): boolean {
  if ("events" in frame) return frame.events.every(({ seq }, index) => seq <= position + 1 + index);
  switch (frame.type) {
    case "snapshot":
    case "resync": // a snapshot comes next
      return true;
    case "heartbeat":
      return frame.seq <= position;
    default:
      return frame.seq <= position + 1;
  }
}

function positionAfter(frame: ServerFrame, before: number): number {
  if ("events" in frame) return frame.events.reduce((position, { seq }) => Math.max(seq, position), before);
  switch (frame.type) {
    case "snapshot":
      return frame.roadmap.seq;
    case "resync":
    case "heartbeat":
      return before;
    default:
      return Math.max(frame.seq, before);
  }
}

/** Follow by a stream while there is a place for it, and ask again and again while there is none. */
async function withPlace(
  { stream, polling, locks }: Sharing,
  since: number,
  onFrame: (frame: ServerFrame) => void,
  signal: AbortSignal,
): Promise<void> {
  let position = since;
  const counted = (frame: ServerFrame) => {
    position = positionAfter(frame, position);
    onFrame(frame);
  };
  while (!signal.aborted) {
    if (await inFreePlace(locks, () => stream.follow(position, counted, signal))) return;
    await polling.follow(position, counted, signal);
  }
}

/** Work in a place of one's own; false where all are taken. */
async function inFreePlace(locks: Locks, work: () => Promise<void>): Promise<boolean> {
  for (let place = 0; place < PLACES; place += 1) {
    let isFree = true;
    await locks.request(`greenway.stream.${place}`, { ifAvailable: true }, async (lock) => {
      isFree = lock !== null;
      if (isFree) await work();
    });
    if (isFree) return true;
  }
  return false;
}
