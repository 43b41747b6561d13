// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { PreferencesProvider } from "../../app/context";
import { bounded, CHARACTERS, DEPTH, ELEMENTS } from "./bounds";
import { Markdown } from "./Markdown";

/** What opens something, with or without what closes it. */
const PIECES = [
  ..."-*+>_[]()!`~|$<&\\{}#:@x \n\t",
  ...["- ", "> ", "1. ", "* ", "- > ", "**a ", "*a_ ", "![", "[a](", "](b)[", "[^a]", "[^a]: ", "|a", "|\n", "||\n|-|-|\n"],
  ...["$a", "$$\n", "\\frac{", "^{", "\\sqrt{", "\\left(", "\\displaystyle ", "\\def\\a{\\a\\a}", "\\begin{matrix}"],
  ...["<a ", "<!--", "<div>", "</", "&amp;", "&#", "```js\n", "~~~\n", "${`", "www.a.b ", "http://", "a@b.c ", "\n\n", "  \n"],
];
const LENGTH = 100_000;
/** Elements above the formatted text, and what one formula or table adds below an element that is counted. */
const FEW = 20;

beforeEach(() => vi.stubGlobal("matchMedia", () => ({ matches: false })));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function shown(text: string): HTMLElement {
  const [one] = bounded([text]);
  return render(
    <PreferencesProvider>
      <Markdown text={one!} />
    </PreferencesProvider>,
  ).container;
}

function depthOf(root: Element): number {
  let depth = 0;
  for (let level = [...root.children]; level.length > 0; depth++) level = level.flatMap((one) => [...one.children]);
  return depth;
}

function expectBounded(text: string): void {
  const root = shown(text);
  expect(depthOf(root)).toBeLessThanOrEqual(DEPTH + FEW);
  expect(root.querySelectorAll("*").length).toBeLessThanOrEqual(4 * ELEMENTS);
  expect(root.textContent).not.toContain("could not be displayed");
  cleanup();
}

describe("text of any kind, 100 kB of it, is shown in a page of bounded depth and size", () => {
  test.each(PIECES)("%j again and again", (piece) => {
    expectBounded(piece.repeat(Math.ceil(LENGTH / piece.length)));
    expectBounded(`${piece.repeat(40)}x\n\n`.repeat(Math.ceil(LENGTH / (40 * piece.length + 3))));
  });

  test("one level deeper in each line", () => {
    for (const marker of ["-", "1.", ">", "[^a]:"]) {
      const lines = Array.from({ length: 400 }, (_, level) => `${"   ".repeat(level)}${marker} x`);
      expectBounded(lines.join("\n"));
      expectBounded(lines.join("\n\n"));
    }
  });

  test("anything mixed", () => {
    const motif = fc.array(fc.constantFrom(...PIECES), { minLength: 2, maxLength: 30 }).map((one) => one.join(""));
    fc.assert(
      fc.property(motif, (one) => expectBounded(one.repeat(Math.ceil(LENGTH / one.length)))),
      { numRuns: 20, seed: 1 },
    );
  });
});
