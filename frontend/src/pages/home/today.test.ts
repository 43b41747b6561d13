import { expect, it } from "vitest";

import { today } from "./today";

it("takes today from the learner's own calendar", () => {
  expect(today(new Date(2026, 10, 26, 17, 30))).toBe("2026-11-26");
});
