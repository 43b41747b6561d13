// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Announcement } from "./Header";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const wait = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

test("what changes again and again is said every ten seconds, and the last word always", async () => {
  const { rerender } = render(<Announcement text="1 of 9 ready" state="writing" />);
  const said = () => screen.getByRole("status").textContent;
  for (const ready of [2, 3, 4]) {
    rerender(<Announcement text={`${ready} of 9 ready`} state="writing" />);
    await wait(3000);
    expect(said()).toBe("1 of 9 ready");
  }
  await wait(1000);
  expect(said()).toBe("4 of 9 ready");
  rerender(<Announcement text="8 of 9 ready" state="writing" />);
  rerender(<Announcement text="9 of 9 ready" state="writing" />);
  await wait(10_000);
  expect(said()).toBe("9 of 9 ready");
});

test("another state is said at once", async () => {
  const { rerender } = render(<Announcement text="being drafted" state="drafting" />);
  await wait(1000);
  rerender(<Announcement text="waiting for your review" state="awaiting_review" />);
  expect(screen.getByRole("status").textContent).toBe("waiting for your review");
});
