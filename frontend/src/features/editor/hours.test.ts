import { expect, test } from "vitest";

import { parsedHours } from "./hours";

test.each([
  ["0.75", 0.75],
  ["0,75", 0.75],
  [".5", 0.5],
  ["2.", 2],
  [" 1000 ", 1000],
])("%j are %d hours", (text, hours) => expect(parsedHours(text)).toBe(hours));

test.each(["", "-3", "0", "0.0", "1000.1", "1e3", "1,000.5", "two", "NaN", "Infinity", "0x10", "1 2"])(
  "%j are no hours",
  (text) => expect(parsedHours(text)).toBeNull(),
);
