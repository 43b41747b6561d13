// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { NumberField } from "./NumberField";

afterEach(cleanup);

function typed(text: string, max: number | undefined) {
  const onChange = vi.fn<(value: number) => void>();
  render(<NumberField label="Concepts" value={30} min={3} max={max} onChange={onChange} />);
  fireEvent.change(screen.getByLabelText(/Concepts/), { target: { value: text } });
  return onChange.mock.lastCall?.[0];
}

test.each([
  ["500", 300, 300],
  ["1", 300, 3],
  ["60", 300, 60],
])("%s with at most %s is %s", (text, max, value) => {
  expect(typed(text, max)).toBe(value);
});

test("a number that is typed before the most is known stays", () => {
  expect(typed("60", undefined)).toBe(60);
});
