// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { useDraft } from "./useDraft";

afterEach(cleanup);

function field(accepts = true) {
  const sent: string[] = [];
  const hook = renderHook(
    ({ value }) =>
      useDraft(value, (text) => {
        sent.push(text);
        return Promise.resolve(accepts);
      }),
    { initialProps: { value: "Joins" } },
  );
  return {
    sent,
    shown: () => hook.result.current.field.value,
    isRefused: () => hook.result.current.field["aria-invalid"],
    type: (text: string) => act(() => hook.result.current.setText(text)),
    save: (again = false) => act(() => hook.result.current.save({ again })),
    reset: () => act(() => hook.result.current.reset()),
    becomes: (value: string) => hook.rerender({ value }),
  };
}

test("what is saved is shown until the value has followed, and is sent once", async () => {
  const name = field();
  name.type(" Outer joins ");
  await name.save();
  await name.save();
  expect(name.sent).toEqual(["Outer joins"]);
  expect(name.shown()).toBe(" Outer joins ");
  name.becomes("Outer joins");
  expect(name.shown()).toBe("Outer joins");
  name.becomes("Joins");
  expect(name.shown()).toBe("Joins");
});

test("what is refused stays, to be mended or given up", async () => {
  const name = field(false);
  name.type("Keys");
  await name.save();
  expect([name.shown(), name.isRefused()]).toEqual(["Keys", true]);
  name.reset();
  expect([name.shown(), name.isRefused()]).toEqual(["Joins", false]);
});

test("what was refused is sent again only when that is asked for", async () => {
  const name = field(false);
  name.type("Keys");
  await name.save();
  await name.save();
  expect(name.sent).toEqual(["Keys"]);
  await name.save(true);
  expect(name.sent).toEqual(["Keys", "Keys"]);
});

test("what is being typed survives a change from elsewhere", () => {
  const name = field();
  name.type("Outer jo");
  name.becomes("All joins");
  expect(name.shown()).toBe("Outer jo");
});

test("nothing, and the same again, are not sent", async () => {
  const name = field();
  for (const text of ["  ", "Joins "]) {
    name.type(text);
    await name.save();
  }
  expect([name.sent, name.shown()]).toEqual([[], "Joins"]);
});

test("what does not fit is not sent and stays, until it is mended", async () => {
  const sent: string[] = [];
  const hook = renderHook(() =>
    useDraft(
      "1",
      (text) => {
        sent.push(text);
        return Promise.resolve(true);
      },
      (text) => (Number(text) > 0 ? String(Number(text)) : null),
    ),
  );
  const fill = async (text: string) => {
    act(() => hook.result.current.setText(text));
    await act(() => hook.result.current.save());
  };
  await fill("-3");
  expect([hook.result.current.field.value, hook.result.current.isUnfit, sent]).toEqual(["-3", true, []]);
  await fill("1.0");
  expect([hook.result.current.field.value, hook.result.current.isUnfit, sent]).toEqual(["1", false, []]);
  await fill("3.0");
  expect([hook.result.current.isUnfit, sent]).toEqual([false, ["3"]]);
});
