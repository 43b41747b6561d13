import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function colours(selector: string): Record<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`)).split("}")[0]!;
  return Object.fromEntries(
    [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]),
  );
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

const TEXT: [string, string[]][] = [
  ["ink", ["paper", "surface", "band", "green-tint", "amber-tint", "red-tint"]],
  ["muted", ["paper", "surface", "band"]],
  ["green-text", ["surface", "band", "green-tint"]],
  ["amber-text", ["surface", "amber-tint"]],
  ["red-text", ["surface", "red-tint"]],
  ["green-button-text", ["green-button"]],
];
const SIGNS: [string, string[]][] = [
  ["green", ["surface", "green-tint"]],
  ["amber", ["surface", "amber-tint"]],
  ["red", ["surface", "red-tint"]],
  ["focus", ["paper", "surface", "band"]],
];

describe.each([
  ["light", ":root"],
  ["dark", ':root[data-theme="dark"]'],
])("the %s theme", (_name, selector) => {
  const colour = colours(selector);

  test.each(TEXT.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    "%s can be read on %s (4.5 : 1)",
    (text, ground) => {
      expect(contrast(colour[text]!, colour[ground]!)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test.each(SIGNS.flatMap(([sign, grounds]) => grounds.map((ground) => [sign, ground] as const)))(
    "%s can be seen on %s (3 : 1)",
    (sign, ground) => {
      expect(contrast(colour[sign]!, colour[ground]!)).toBeGreaterThanOrEqual(3);
    },
  );
});

test("both themes have the same colours", () => {
  expect(Object.keys(colours(':root[data-theme="dark"]')).sort()).toEqual(
    Object.keys(colours(":root")).sort(),
  );
});
