import { expect, test } from "vitest";

import { Fault } from "../api/client";
import { en } from "./en";
import { sentence } from "./sentence";
import { translator } from "./translate";

const refusal = (field: string, message: string) =>
  new Fault(
    { detail: `\`${field}\`: ${message}.`, code: "invalid_input", errors: [{ field, message }] },
    422,
  );
const said = (error: Error, language: "en" | "zh") => sentence(error, translator(language), language);

test("a field is called what the page calls it, and no path is shown", () => {
  const hours = refusal("operations.0.change.estimated_hours", "Input should be greater than 0");
  expect(said(hours, "en")).toBe("Hours must be greater than 0.");
  expect(said(hours, "zh")).toBe("“小时数”的值无效。");
  expect(said(refusal("goal", "must not contain control characters"), "en")).toBe(
    "The goal must not contain control characters.",
  );
});

test("the rule that an outline breaks is told in the reader's language, with what breaks it", () => {
  const detail = 'Stage "基础" has no modules.';
  const broken = (details: Record<string, string>) =>
    new Fault({ detail, code: "invalid_outline", details }, 422);
  expect(said(broken({ case: "no_modules", stage: "基础" }), "zh")).toBe("阶段“基础”没有任何模块。");
  expect(said(broken({ case: "no_modules", stage: "基础" }), "en")).toBe(detail);
  expect(said(broken({ case: "no_modules" }), "zh")).toBe("无法这样修改大纲。");
  expect(said(broken({ case: "of_a_later_version" }), "zh")).toBe("无法这样修改大纲。");
});

test("a field that the page does not know is not shown by its path either", () => {
  expect(said(refusal("operations.0.move.into", "Field required"), "en")).toBe("The edit is not valid.");
  expect(said(refusal("nowhere.0.x", "Field required"), "en")).toBe(en["problem.invalid_input"]);
});
