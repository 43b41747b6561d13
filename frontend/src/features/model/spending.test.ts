import { expect, test } from "vitest";

import type { SpendingView } from "../../shared/api/schema";
import { dollars } from "./Advanced";
import { daysOf } from "./spending";

function spent(day: string, cost_usd: number): SpendingView {
  const used = { calls: 1, input_tokens: 1, output_tokens: 1, cost_usd, unpriced_calls: 0 };
  return { day, roadmap_id: "r", title: null, author: "openai:gpt-5", ...used };
}

test("each day has the sum of what it has cost, also one without a call", () => {
  const items = [spent("2026-03-02", 1), spent("2026-03-02", 0.5), spent("2026-02-28", 2)];
  expect(daysOf(items, new Date("2026-03-02T23:30:00Z"), 3)).toEqual([
    { day: "2026-02-28", cost: 2 },
    { day: "2026-03-01", cost: 0 },
    { day: "2026-03-02", cost: 1.5 },
  ]);
});

test("an amount that is none is no limit", () => {
  expect(["", " ", "0", "-1", "x", "2.5"].map(dollars)).toEqual([null, null, null, null, null, 2.5]);
});
