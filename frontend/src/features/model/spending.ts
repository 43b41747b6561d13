/** What models have cost, day by day. */

import type { SpendingView } from "../../shared/api/schema";

export interface Day {
  readonly day: string;
  readonly cost: number;
}

const DAY = 86_400_000;

/** The last `count` days up to `today` (UTC), the oldest first, with what each has cost. */
export function daysOf(items: readonly SpendingView[], today: Date, count: number): Day[] {
  const costs = new Map<string, number>();
  for (const { day, cost_usd } of items) costs.set(day, (costs.get(day) ?? 0) + cost_usd);
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(today.getTime() - (count - 1 - index) * DAY).toISOString().slice(0, 10);
    return { day, cost: costs.get(day) ?? 0 };
  });
}
