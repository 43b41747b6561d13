import createClient from "openapi-fetch";
import { expect, test, vi } from "vitest";

import { pauses } from "./backoff";
import { reach, reportsSlow } from "./reach";

/** A Greenway that is away for so many questions. */
function away(times: number) {
  const asked = vi.fn(() =>
    asked.mock.calls.length > times ? Promise.resolve() : Promise.reject(new Error()),
  );
  const slept: number[] = [];
  const told: boolean[] = [];
  const here = reach({
    ask: asked,
    sleep: (milliseconds) => {
      slept.push(milliseconds);
      return Promise.resolve();
    },
    pauses: pauses({ first: 100, longest: 300, random: () => 1 }),
  });
  here.onChange(() => told.push(here.isThere()));
  return { here, asked, slept, told };
}

test("a suspicion that is wrong is told to nobody", async () => {
  const { here, asked, told } = away(0);
  here.suspect();
  await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
  expect([here.isThere(), told]).toEqual([true, []]);
});

test("it is asked until it answers, with pauses, once at a time", async () => {
  const { here, asked, slept, told } = away(4);
  here.suspect();
  here.suspect();
  await vi.waitFor(() => expect(told).toEqual([false, true]));
  expect(asked).toHaveBeenCalledTimes(5);
  expect(slept).toEqual([100, 200, 300, 300]);
});

test("a next outage is noticed as well, and begins with a short pause", async () => {
  const { here, asked, slept, told } = away(1);
  here.suspect();
  await vi.waitFor(() => expect(told).toEqual([false, true]));
  await vi.waitFor(() => {
    asked.mockRejectedValueOnce(new Error());
    here.suspect();
    expect(told).toEqual([false, true, false, true]);
  });
  expect(new Set(slept)).toEqual(new Set([100]));
});

test("whoever is suspicious learns when there is an answer", async () => {
  const { here, told } = away(2);
  await Promise.all([here.suspect(), here.suspect()]);
  expect(told).toEqual([false, true]);
});

const soon = () => new Promise((resolve) => setTimeout(resolve, 4_000));

test.each([
  ["is never answered", () => new Promise<Response>(() => undefined), 1],
  ["is answered in time", () => soon().then(() => Response.json({})), 0],
  ["fails in time", () => soon().then(() => Promise.reject(new Error())), 0],
] as const)("of a request that %s, somebody is told or not", async (_, fetch, times) => {
  vi.useFakeTimers();
  const suspect = vi.fn(() => Promise.resolve());
  const client = createClient<Record<string, { get: object }>>({ baseUrl: "http://greenway", fetch });
  client.use(reportsSlow({ suspect }));
  void client.GET("/", {}).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(suspect).toHaveBeenCalledTimes(times);
  vi.useRealTimers();
});
