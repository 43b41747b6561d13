import { expect, test } from "vitest";

import { tabOf } from "./useHashedTab";

test.each([
  ["section-12", "tutorial"],
  ["exercises", "tutorial"],
  ["question-q5", "quiz"],
  ["resources", "resources"],
  ["note", "note"],
  ["", ""],
])("the place %j is on the tab %j", (hash, tab) => {
  expect(tabOf(hash)).toBe(tab);
});
