import { afterEach, expect, it, vi } from "vitest";

import { choices, found, offeredFor } from "./choices";
import { languageOf } from "./detect";
import { textDirection } from "./direction";
import { directionOf, ownName } from "./tags";

afterEach(() => void vi.restoreAllMocks());

it("knows what languages are called, and where they begin their lines", () => {
  expect(["es", "de", "ar", "zh-Hant"].map(ownName)).toEqual(["Español", "Deutsch", "العربية", "繁體中文"]);
  expect(["ar", "he", "fa", "ur-PK", "en", "zh", "sr-Latn"].map(directionOf)).toEqual([
    "rtl",
    "rtl",
    "rtl",
    "rtl",
    "ltr",
    "ltr",
    "ltr",
  ]);
});

it("knows them by their own names where the browser does not", () => {
  const DisplayNames = Intl.DisplayNames;
  vi.spyOn(Intl, "DisplayNames").mockImplementation(function (tags, options) {
    return new DisplayNames(["sq", "eu", "ckb"].includes(String(tags)) ? "en" : tags, options);
  });
  expect(["sq", "eu", "ckb"].map(ownName)).toEqual(["Shqip", "Euskara", "کوردیی ناوەندی"]);
});

it("says where a text begins: Arabic that begins with a Latin word is Arabic", () => {
  const direction = (text: string) => textDirection(text, "ar");
  expect(["for و while", "الحلقات", "NumPy"].map(direction)).toEqual(["rtl", "rtl", "auto"]);
  expect(textDirection("الحلقات", "en")).toBe("auto");
});

it("offers the browser's languages first, and finds the others by name, in either language, or by tag", () => {
  const all = choices(["es-MX", "zh-TW"], "en");
  expect(all.slice(0, 2).map((one) => one.tag)).toEqual(["es", "zh-Hant"]);
  const tags = (text: string) => found(all, text, "en").map((one) => one.tag);
  expect(tags("germ")).toContain("de");
  expect(tags("deut")).toContain("de");
  expect(tags("espanol")).toContain("es");
  const inChinese = choices(["zh-CN"], "zh");
  expect(found(inChinese, "german", "zh").map((one) => one.tag)).toContain("de");
  expect(tags("gsw")).toContain("gsw");
  expect(offeredFor("pt-BR")).toBe("pt-BR");
});

it.each([
  ["Quiero aprender a tocar la guitarra", "es"],
  ["Gitarre spielen lernen", "de"],
  ["Apprendre le piano", "fr"],
  ["我想学吉他", "zh"],
  ["أريد أن أتعلم العزف على الجيتار", "ar"],
])("hears the language of %s", (goal, language) => expect(languageOf(goal)).toBe(language));

it.each(["Docker", "Latin", "C#", "R", "Kubernetes", "TypeScript generics"])("says nothing of %s", (goal) =>
  expect(languageOf(goal)).toBeNull(),
);
