// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { renderToStaticMarkup } from "react-dom/server";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { PreferencesProvider } from "../../../shared/i18n/preferences";
import { bounded, CHARACTERS, DEPTH, ELEMENTS } from "./bounds";
import { InlineMarkdown, Markdown } from "./Markdown";

/** What opens something, with or without what closes it. */
const PIECES = [
  ..."-*+>_[]()!`~|$<&\\{}#:@x \n\t",
  ...[
    "- ",
    "> ",
    "1. ",
    "* ",
    "- > ",
    "**a ",
    "*a_ ",
    "![",
    "[a](",
    "](b)[",
    "[^a]",
    "[^a]: ",
    "|a",
    "|\n",
    "||\n|-|-|\n",
  ],
  ...[
    "$a",
    "$$\n",
    "\\frac{",
    "^{",
    "\\sqrt{",
    "\\left(",
    "\\displaystyle ",
    "\\def\\a{\\a\\a}",
    "\\begin{matrix}",
  ],
  ...[
    "<a ",
    "<!--",
    "<div>",
    "</",
    "&amp;",
    "&#",
    "```js\n",
    "~~~\n",
    "${`",
    "www.a.b ",
    "http://",
    "a@b.c ",
    "\n\n",
    "  \n",
  ],
];
const LENGTH = 100_000;
/** Elements above the formatted text. */
const FEW = 10;

beforeEach(() => vi.stubGlobal("matchMedia", () => ({ matches: false })));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function element(...texts: string[]) {
  return (
    <PreferencesProvider>
      {bounded(texts).map((text, index) => (
        <Markdown key={index} text={text} />
      ))}
    </PreferencesProvider>
  );
}

function sizeOf(html: string): { elements: number; depth: number } {
  let elements = 0;
  let depth = 0;
  let most = 0;
  for (const [tag] of html.matchAll(/<[^>]*>/g)) {
    if (tag.startsWith("</")) depth--;
    else {
      elements++;
      if (!tag.endsWith("/>")) most = Math.max(most, ++depth);
    }
  }
  expect(depth).toBe(0);
  return { elements, depth: most };
}

/** An error would be thrown here: boundaries hold only in a browser. */
function expectBounded(text: string): void {
  const { elements, depth } = sizeOf(renderToStaticMarkup(element(text)));
  expect(depth).toBeLessThanOrEqual(DEPTH + FEW);
  expect(elements).toBeLessThanOrEqual(1.5 * ELEMENTS);
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
    const motif = fc
      .array(fc.constantFrom(...PIECES), { minLength: 2, maxLength: 30 })
      .map((one) => one.join(""));
    fc.assert(
      fc.property(motif, (one) => expectBounded(one.repeat(Math.ceil(LENGTH / one.length)))),
      { numRuns: 20, seed: 1 },
    );
  });
});

describe("what exceeds a limit is shown as it was written", () => {
  test("every character of a text is either formatted or shown, and a lesson shares its limits", () => {
    const motif = fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 30 })
      .map((one) => one.join(""));
    fc.assert(
      fc.property(fc.array(fc.tuple(motif, fc.nat(3_000)), { maxLength: 9 }), (parts) => {
        const texts = parts.map(([one, times]) => one.repeat(times));
        const results = bounded(texts);
        expect(results.map(({ markdown, rest }) => markdown + rest)).toEqual(texts);
        const formatted = results.reduce((sum, { markdown }) => sum + markdown.length, 0);
        expect(formatted).toBeLessThanOrEqual(CHARACTERS);
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  test.each([
    ["en", "What follows is too long or too deeply nested to format"],
    ["zh", "以下内容过长或嵌套过深"],
  ])("a sentence says so (%s), what stands before is formatted", (language, sentence) => {
    vi.stubGlobal("localStorage", { getItem: (key: string) => (key.endsWith("language") ? language : null) });
    const nested = `${"- ".repeat(1_000)}x\n\n*after*`;
    const { container } = render(element(`Some *words*.\n\n${nested}`));
    expect(screen.getByText("words").tagName).toBe("EM");
    expect(screen.getByText(new RegExp(sentence))).toBeTruthy();
    expect(container.textContent).toContain(nested);
  });

  test.each([["x".repeat(1_001)], ["\\def\\a{\\a\\a}\\a"], ["\\hat{".repeat(160) + "x" + "}".repeat(160)]])(
    "a formula is shown as its source, the text around it is formatted",
    (formula) => {
      const { container } = render(element(`*before*\n\n$$\n${formula}\n$$\n\n*after* $a$`));
      expect(container.querySelectorAll("em")).toHaveLength(2);
      expect(container.querySelectorAll("math")).toHaveLength(1);
      expect(screen.getByText(formula).tagName).toBe("CODE");
      expect(screen.getByText(/A formula or passage is too long/)).toBeTruthy();
    },
  );

  test("formulas and coloured code are counted over a lesson, and again when it is shown again", () => {
    const formula = `$${"x".repeat(990)}$`;
    const lesson = Array.from({ length: 12 }, () => formula);
    const { container, rerender } = render(element(...lesson));
    expect(container.querySelectorAll("math")).toHaveLength(10);
    rerender(element(...lesson));
    expect(container.querySelectorAll("math")).toHaveLength(10);
    const code = "```js\nlet a = [1];\n```";
    cleanup();
    const deep = render(element(code, `\`\`\`js\n${"[".repeat(60)}let\n\`\`\``)).container;
    expect(deep.querySelectorAll("pre")).toHaveLength(2);
    expect(deep.querySelectorAll(".hljs-keyword")).toHaveLength(1);
  });

  test("what is shown as text takes nothing from what follows", () => {
    const results = bounded(["> ".repeat(25_000), "|a".repeat(25_000), "*a ".repeat(50_000), "*here*"]);
    expect(results.map(({ markdown }) => markdown)).toEqual(["", "", "", "*here*"]);
  });

  test.each([
    ["a line that only looks blank", "*a_\n\u00a0\n".repeat(1_000)],
    ["a fence that only looks closed", `\`\`\`\n\`\`\`\u00a0\n\`\`\`\n${"*a_ ".repeat(1_000)}`],
    ["a fence within a comment", `<!--\n\`\`\`\n-->\n\n${"*a_ ".repeat(1_000)}\n\n\`\`\`\n`],
    ["a fence that its list closes", `- a\n  \`\`\`\n${"*a_ ".repeat(1_000)}\n\n\`\`\`\n`],
  ])("no limit is evaded by %s", (_, text) => {
    expect(bounded([text])[0]!.rest).toContain("*a_");
  });

  test("an ordinary lesson exceeds nothing", () => {
    const section = [
      "Some `code`, **bold** and *emphasis*, [a link](https://example.org) and $a_{i} + \\frac{1}{2}$.",
      "- one\n  - two\n    1. three\n       > four",
      "| a | b | c |\n|---|---|---|\n" + "| `x` | **y** | [z](https://example.org) |\n".repeat(30),
      "```c\n" + "int *a[10] = {*b, **c}; // <_>\n".repeat(100) + "```",
      "A paragraph of words. ".repeat(40),
    ].join("\n\n");
    const lesson = Array.from({ length: 6 }, () => section);
    expect(bounded(lesson).map(({ rest }) => rest)).toEqual(lesson.map(() => ""));
  });
});

describe("Chinese text is formatted as Chinese authors write it", () => {
  test("bold may end in punctuation, whatever follows", () => {
    const { container } = render(element("**注意：**这是重点。**“引号”**也是，**结束。**然后。"));
    expect([...container.querySelectorAll("strong")].map((one) => one.textContent)).toEqual([
      "注意：",
      "“引号”",
      "结束。",
    ]);
    expect(container.textContent).not.toContain("*");
  });

  test("one tilde is a range, two strike through", () => {
    const { container } = render(element("需要 5~10 分钟，再等 15~20 分钟，~~不是~~这样。"));
    expect([...container.querySelectorAll("del")].map((one) => one.textContent)).toEqual(["不是"]);
    expect(container.textContent).toContain("5~10 分钟，再等 15~20");
  });

  test.each([
    ["参见https://example.org/a。然后继续", "https://example.org/a", "。然后继续"],
    ["见 www.example.org，很好", "http://www.example.org", "，很好"],
  ])("an address ends before Chinese text: %s", (text, address, after) => {
    const { container } = render(element(text));
    expect(container.querySelector("a")?.getAttribute("href")).toBe(address);
    expect(container.textContent?.endsWith(after)).toBe(true);
    expect(container.querySelector("a")?.textContent).not.toContain(after[0]);
  });

  test("a link whose address was written by the author stays whole", () => {
    const { container } = render(element("[https://example.org/文](https://example.org/文)"));
    expect(container.querySelector("a")?.textContent).toBe("https://example.org/文");
  });
});

test.each([
  ["Salaries of $150k and $190k, or $5/$6.", 0],
  ["From $5 to\n$10.", 0],
  ["It costs $5 and $x$ is set.", 1],
  ["The sum $2x + 1$ and $5$.", 2],
])("money stays money, formulas are set: %j", (text, formulas) => {
  const { container } = render(element(text));
  expect(container.querySelectorAll("math")).toHaveLength(formulas);
  if (formulas === 0) expect(container.textContent).toBe(text);
});

describe("within a line", () => {
  function inline(text: string): HTMLElement {
    return render(
      <PreferencesProvider>
        <InlineMarkdown text={text} />
      </PreferencesProvider>,
    ).container;
  }

  test("code, emphasis and formulas are formatted", () => {
    const line = inline("What does `a` in **this** $x^2$ do?\n\n```js\nlet a = 1;\n```");
    expect(line.querySelectorAll("code")).toHaveLength(2);
    expect(line.querySelectorAll("strong, math")).toHaveLength(2);
    expect(line.querySelectorAll("p, pre, div, button")).toHaveLength(0);
    expect(line.textContent).not.toContain("`");
  });

  test.each(["1. First", "# of items", "- 5", "> 3", "| a |\n|---|", "---", "<img src=x onerror=alert(1)>"])(
    "%j keeps its signs",
    (text) => expect(inline(text).textContent).toBe(text),
  );
});

test("of HTML, only a bare line break and a bare key are elements", () => {
  const attack = '<kbd onclick="alert(1)">x</kbd> <br onload=alert(1)> <kbd><script>alert(1)</script></kbd>';
  const { container } = render(element(`Press <kbd>Ctrl</kbd>+<kbd>C</kbd><br>now\n\n${attack}`));
  expect([...container.querySelectorAll("kbd")].map((one) => one.textContent)).toEqual(["Ctrl", "C"]);
  expect(container.querySelectorAll("br")).toHaveLength(1);
  expect(container.querySelectorAll("script, [onclick], [onload]")).toHaveLength(0);
  expect(container.textContent).toContain(attack);
});
