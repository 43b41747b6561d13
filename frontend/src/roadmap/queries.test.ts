import { hashKey } from "@tanstack/react-query";
import { expect, test } from "vitest";

import type { ShownArtefact } from "../shared/api/schema";
import { reads } from "./live/fixtures/run";
import { conceptsOf } from "./outline/concepts";
import { conceptQuery, versionsQuery } from "./queries";
import type { Concept } from "./roadmap";

const [concept] = conceptsOf(reads.at(-1)!);
const ABSENT: ShownArtefact = { status: "pending", id: null, glance: null, failure: null };
const FAILURE = { artefact: "quiz", code: "timeout", message: "", retryable: true } as const;

const keysOf = (artefacts: Concept["artefacts"]) =>
  [conceptQuery, versionsQuery].map((query) => hashKey(query("r", { ...concept!, artefacts }).queryKey));

const [known, versions] = keysOf({ tutorial: ABSENT, notes: ABSENT });

test("a concept and its versions are read again when a version of any kind is there", () => {
  const [now, versionsNow] = keysOf({ tutorial: ABSENT, notes: { ...ABSENT, id: "i" } });
  expect(now).not.toBe(known);
  expect(versionsNow).not.toBe(versions);
});

test("a concept is read again when one of its artefacts has failed", () => {
  expect(keysOf({ tutorial: ABSENT, notes: { ...ABSENT, failure: FAILURE } })[0]).not.toBe(known);
});

test("the order in which artefacts come is no reason to read", () => {
  expect(keysOf({ notes: ABSENT, tutorial: ABSENT })).toEqual([known, versions]);
});
