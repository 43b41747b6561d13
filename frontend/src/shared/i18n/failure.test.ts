import { expect, test } from "vitest";

import { failureSentence, type Failure } from "./failure";

const late: Failure = { code: "timeout", message: "模型太慢。", details: { seconds: 180 } };

test("a failure is told in the reader's language, whatever the roadmap's is", () => {
  expect(failureSentence(late, "en")).toBe(
    "The model took longer than 180 seconds (GREENWAY_ARTEFACT_TIMEOUT).",
  );
  expect(failureSentence(late, "zh")).toBe("模型用时超过 180 秒（GREENWAY_ARTEFACT_TIMEOUT）。");
});

test("a code with several cases has a sentence for each", () => {
  const details = { case: "known", context: 4096 };
  const failure: Failure = { code: "context_too_long", message: "", details };
  expect(failureSentence(failure, "en")).toContain("(4,096 tokens)");
  expect(failureSentence({ ...failure, details: { case: "other" } }, "en")).not.toContain("tokens");
});

test.each([
  ["a code that the page does not know", { code: "of_a_later_version" }],
  ["a code that is the name of something else", { code: "constructor" }],
  ["a case that the page does not know", { code: "unreachable", details: { case: "of_a_later_version" } }],
  ["a case that is not told", { code: "unreachable", details: {} }],
  ["a failure without details", { code: "timeout", details: undefined }],
  ["a failure without what its sentence names", { code: "timeout", details: { limit: 1 } }],
])("%s is told by its message", (_, told) => {
  const message = "模型太慢。";
  expect(failureSentence({ message, ...told } as Failure, "en")).toBe(message);
});

test("what a detail holds is not filled in again", () => {
  const details = { case: "hint", hint: "{case}" };
  expect(failureSentence({ code: "not_understood", message: "", details }, "en")).toMatch(/; \{case\}$/);
});
