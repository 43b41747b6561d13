// @vitest-environment jsdom
import { expect, test } from "vitest";

import { placeOf, rootOf } from "./root";

const at = (path: string) => new URL(path, "http://localhost") as unknown as Location;

test("the page says where it is", () => {
  const page = document.implementation.createHTMLDocument();
  expect(rootOf(page)).toBe("");
  page.head.innerHTML = '<meta name="greenway-root" content="/greenway" />';
  expect(rootOf(page)).toBe("/greenway");
});

test("a page that was opened past the proxy goes to its place, and stays there", () => {
  expect(placeOf(at("/roadmaps/r1?view=graph#content"), "/greenway")).toBe(
    "/greenway/roadmaps/r1?view=graph#content",
  );
  expect(placeOf(at("/greenways/"), "/greenway")).toBe("/greenway/greenways/");
  for (const path of ["/greenway", "/greenway/", "/greenway/roadmaps/r1"])
    expect(placeOf(at(path), "/greenway")).toBeNull();
  expect(placeOf(at("/roadmaps/r1"), "")).toBeNull();
});
