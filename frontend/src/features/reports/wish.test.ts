import { expect, test } from "vitest";

import { wishFor } from "./wish";

test("the author is told which questions were wrong, and why, the newest first", () => {
  const wish = wishFor([
    { prompt: "Is it\nso?", reason: "Both are right." },
    { prompt: "And this?", reason: "Outdated." },
  ]);
  expect(wish.split("\n").slice(1)).toEqual(['- "And this?": Outdated.', '- "Is it so?": Both are right.']);
});

test("instructions fit in what the server takes", () => {
  const reported = Array.from({ length: 50 }, () => ({ prompt: "字".repeat(1000), reason: "x".repeat(500) }));
  expect(wishFor(reported).length).toBeLessThanOrEqual(2000);
});
