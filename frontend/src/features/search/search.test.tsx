// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { Highlighted } from "./Highlighted";
import { opensSearch } from "./SearchButton";

afterEach(cleanup);

test("what was found is marked, in characters and not in halves of them", () => {
  const matches = [
    { start: 2, end: 6 },
    { start: 7, end: 9 },
  ];
  const { container } = render(<Highlighted text="😀 join 数据库" matches={matches} />);
  expect([...container.querySelectorAll("mark")].map((one) => one.textContent)).toEqual(["join", "数据"]);
  expect(container.textContent).toBe("😀 join 数据库");
});

test("HTML in a result stays text", () => {
  const { container } = render(<Highlighted text="<img src=x>" matches={[{ start: 1, end: 4 }]} />);
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).toBe("<img src=x>");
});

test.each<[string, KeyboardEventInit, string, boolean]>([
  ["a slash", { key: "/" }, "body", true],
  ["a slash in a field", { key: "/" }, "input", false],
  ["a slash in a text", { key: "/" }, "textarea", false],
  ["Ctrl+K in a field", { key: "k", ctrlKey: true }, "input", true],
  ["⌘K", { key: "k", metaKey: true }, "body", true],
  ["k alone", { key: "k" }, "body", false],
  ["Ctrl+Shift+K", { key: "K", ctrlKey: true, shiftKey: true }, "body", false],
])("%s", (_name, init, tag, opens) => {
  const target = tag === "body" ? document.body : document.body.appendChild(document.createElement(tag));
  let answer: boolean | null = null;
  target.addEventListener("keydown", (event) => {
    answer = opensSearch(event);
  });
  target.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true }));
  expect(answer).toBe(opens);
});
