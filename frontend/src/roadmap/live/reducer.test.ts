import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { RoadmapView } from "../../shared/api/schema";
import recorded from "./fixtures/run.json";
import { apply, isKnown, isNext, type LiveEvent } from "./reducer";

const events = recorded.events as unknown as LiveEvent[];
const reads = recorded.reads as unknown as RoadmapView[];
const last = reads[reads.length - 1]!;

/** Events do not carry when a task began and ended to the microsecond, and sums of prices are rounded differently. */
function comparable(roadmap: RoadmapView): unknown {
  const { usage, task, ...rest } = roadmap;
  const { usage: used, created_at: _created, started_at: _started, ended_at: _ended, ...known } = task;
  return { ...rest, usage: rounded(usage), task: { ...known, usage: rounded(used) } };
}

function rounded(usage: RoadmapView["usage"]): RoadmapView["usage"] {
  return { ...usage, cost_usd: Number(usage.cost_usd?.toFixed(9)) };
}

function after(roadmap: RoadmapView, seq: number): RoadmapView {
  return events.slice(roadmap.seq, seq).reduce(apply, roadmap);
}

describe("a run that was recorded", () => {
  test.each(reads.map((read) => [read.seq, read.status, read] as const))(
    "the events up to %i lead to what a read shows: %s",
    (seq, _status, read) => {
      const first = reads.find((one) => one.epoch === read.epoch)!;
      expect(comparable(after(first, seq))).toEqual(comparable(read));
    },
  );

  test("it has an event of each kind, and costs something", () => {
    expect(new Set(events.map((event) => event.type)).size).toBe(12);
    expect(last.usage.cost_usd).toBeGreaterThan(0);
  });
});

test("any order of duplicates, losses and reconnects ends in what a read shows", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("event" as const), index: fc.nat(events.length - 1) }),
    fc.record({ kind: fc.constant("read" as const), index: fc.nat(reads.length - 1) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state = reads[0]!;
      for (const one of steps) {
        if (one.kind === "event") {
          state = apply(state, events[one.index]!);
        } else if (reads[one.index]!.seq >= state.seq) {
          state = reads[one.index]!; // a reconnect that started from a snapshot
        }
      }
      expect(comparable(after(state, last.seq))).toEqual(comparable(last));
    }),
    { numRuns: 300 },
  );
});

test("an event that is known, or that another is missing before, changes nothing at all", () => {
  for (const read of reads) {
    for (const event of events) {
      if (!isNext(read, event)) {
        expect(apply(read, event)).toBe(read);
        expect(isKnown(read, event)).toBe(event.seq <= read.seq);
      }
    }
  }
});

test("an event of another epoch changes nothing", () => {
  const event = { ...events[reads[0]!.seq]!, epoch: "00000000-0000-0000-0000-000000000000" };
  expect(apply(reads[0]!, event)).toBe(reads[0]);
});

test("what an event does not touch keeps its identity, so that it is not drawn again", () => {
  const index = events.findIndex((event) => event.type === "concept_complete");
  const event = events[index]!;
  const before = after(reads[0]!, event.seq - 1);
  const now = apply(before, event);
  const changed = now.stages.flatMap((stage, s) =>
    stage.modules.flatMap((module, m) =>
      module.concepts.filter((concept, c) => concept !== before.stages[s]!.modules[m]!.concepts[c]),
    ),
  );
  expect(changed.map((concept) => concept.content_status)).toEqual(["completed"]);
});
