import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { ArtefactKind, ChangedConcept, Changes, ShownArtefact } from "../../shared/api/schema";
import { conceptsOf } from "../outline/concepts";
import type { Concept, Roadmap } from "../roadmap";
import { events, reads } from "./fixtures/run";
import { apply, isKnown, isNext, isTold, type LiveEvent } from "./reducer";

const last = reads[reads.length - 1]!;

const WAITING = { status: "pending", id: null, glance: null, failure: null };

/** Events say when a task began and ended by another clock, and sums of prices are rounded differently. */
function comparable(roadmap: Roadmap): unknown {
  const { usage, task, ...rest } = roadmap;
  const { usage: used, created_at, started_at, ended_at, ...known } = task;
  const times = [created_at, started_at, ended_at].map((time) => time !== null);
  return { ...rest, usage: rounded(usage), task: { ...known, times, usage: rounded(used) } };
}

function rounded(usage: Roadmap["usage"]): Roadmap["usage"] {
  return { ...usage, cost_usd: Number(usage.cost_usd?.toFixed(9)) };
}

function after(roadmap: Roadmap, seq: number): Roadmap {
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

describe("what an event names is replaced, and nothing else", () => {
  const before = last;
  const [concept, other] = conceptsOf(before) as [Concept, Concept];
  const event = (changes: Changes | null, more: object = {}) =>
    ({
      ...events[events.length - 1]!,
      type: "concept_start",
      epoch: before.epoch,
      seq: before.seq + 1,
      changes,
      ...more,
    }) as LiveEvent;

  test("nothing but the number, where nothing is named", () => {
    expect(apply(before, event({}))).toEqual({ ...before, seq: before.seq + 1 });
  });

  test("status, commands, counts, usage and the fields of the task, however odd", () => {
    const progress = { total: 1, completed: 2, partial: 3, failed: 4, generating: 5, pending: 6 };
    const usage = { ...before.usage, calls: 4242 };
    const after = apply(
      before,
      event({ status: "paused", allowed: ["resume"], progress, usage, task: { status: "failed" } }),
    );
    expect(after).toEqual({
      ...before,
      seq: before.seq + 1,
      status: "paused",
      allowed: ["resume"],
      progress,
      usage,
      task: { ...before.task, status: "failed" },
    });
    expect(after.stages).toBe(before.stages);
  });

  test("a concept with the artefacts that are named; those of other kinds stay", () => {
    const failed = (artefact: ArtefactKind): ShownArtefact => ({
      status: "failed",
      id: null,
      glance: null,
      failure: { artefact, code: "timeout", message: "", retryable: true },
    });
    const told = (artefacts: ChangedConcept["artefacts"]) => ({
      concept_id: concept.concept_id,
      content_status: "pending" as const,
      learned_at: null,
      artefacts,
    });
    const first = apply(before, event({ concepts: [told({ quiz: failed("quiz") })] }));
    const [quizless, untouched] = conceptsOf(first);
    expect(quizless).toEqual({
      ...concept,
      content_status: "pending",
      learned_at: null,
      artefacts: { ...concept.artefacts, quiz: failed("quiz") },
    });
    expect(untouched).toBe(other);
    const resources: ShownArtefact = { status: "completed", id: "i", glance: { count: 7 }, failure: null };
    const changes = {
      concepts: [told({ tutorial: failed("tutorial"), resources }), { ...told({}), concept_id: "gone" }],
    };
    const second = conceptsOf(apply(first, event(changes, { seq: first.seq + 1 })))[0]!;
    expect(second.artefacts).toEqual({ tutorial: failed("tutorial"), resources, quiz: failed("quiz") });
  });

  test("an artefact of a kind that this page was not made for", () => {
    const notes: ShownArtefact = { status: "completed", id: "i", glance: null, failure: null };
    const told = { ...concept, artefacts: { notes } };
    const [changed] = conceptsOf(apply(before, event({ concepts: [told] })));
    expect(changed!.artefacts).toEqual({ ...concept.artefacts, notes });
  });

  test("an outline, in which concepts that are known keep their state, and others wait in each kind of the roadmap", () => {
    const kinds = ["tutorial", "quiz", "notes"] as ArtefactKind[];
    const outlined = (name: string) => ({ ...concept, name, concept_id: name });
    const module = { module_id: "m", name: "M" };
    const stage = { stage_id: "s", name: "S" };
    const stages = [
      { ...stage, modules: [{ ...module, concepts: [{ ...concept, name: "Renamed" }, outlined("new")] }] },
    ];
    const after = apply(
      { ...before, kinds },
      event({}, { type: "outline_ready", title: "Another", stages, revision: 99 }),
    );
    expect(after).toMatchObject({
      title: "Another",
      revision: 99,
      can_undo: false,
      progress: before.progress,
    });
    const [known, unwritten] = conceptsOf(after);
    expect(known).toEqual({ ...concept, name: "Renamed" });
    expect(unwritten).toEqual({
      ...concept,
      concept_id: "new",
      name: "new",
      content_status: "pending",
      learned_at: null,
      artefacts: { tutorial: WAITING, quiz: WAITING, notes: WAITING },
    });
  });

  test("an event that does not say what it has changed is not applied", () => {
    expect(isTold(event({}))).toBe(true);
    for (const changes of [null, undefined, { reread: true }] as (Changes | null)[]) {
      expect(isTold(event(changes))).toBe(false);
      expect(apply(before, event(changes))).toBe(before);
    }
  });
});
