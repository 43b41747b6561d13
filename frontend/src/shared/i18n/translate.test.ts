import { expect, test } from "vitest";

import { en, type MessageKey } from "./en";
import { FAILURES } from "./failureSentences";
import { formsOf, preferred, translator } from "./translate";
import { zh } from "./zh";

const named = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

test.each(Object.keys(en) as MessageKey[])("%s says the same in both languages", (key) => {
  expect(zh[key].trim()).not.toBe("");
  expect(named(zh[key])).toEqual(named(en[key]));
});

/** Text beside punctuation that belongs to Latin script; what stands in braces or backticks counts as Chinese. */
function halfWidth(text: string): string[] {
  const chinese = text.replace(/\{[^}]*\}|`[^`]*`/g, "文");
  return /\p{Script=Han}/u.test(chinese) ? (chinese.match(/.?[,;:?!()](?!\d).?|\.\.\.|\.$/g) ?? []) : [];
}

test.each(Object.keys(zh) as MessageKey[])("%s has Chinese punctuation", (key) => {
  expect(halfWidth(zh[key])).toEqual([]);
});

test("failures have Chinese punctuation", () => {
  const texts = Object.values(FAILURES.zh).flatMap((text) =>
    typeof text === "string" ? text : Object.values(text),
  );
  expect(texts.flatMap(halfWidth)).toEqual([]);
});

test("half-width punctuation in Chinese is found, in code and numbers it is none", () => {
  expect(halfWidth("“{name}”不可用,请重试")).toEqual(["用,请"]);
  expect(halfWidth("在运行吗?")).toEqual(["吗?"]);
  expect(halfWidth("状态:{state}(旧)")).toHaveLength(3);
  expect(halfWidth("没有内容.")).toEqual(["."]);
  expect(halfWidth("`f(x, y)` 可用，约 1,000 个，见 doc/models.md。")).toEqual([]);
});

test("parameters are filled in", () => {
  expect(translator("en")("progress.ready", { completed: 20, total: 33 })).toBe("20 of 33 ready");
  expect(translator("zh")("state.partial", { missing: "测验" })).toBe("缺少测验");
});

test("a word follows its number", () => {
  expect(translator("en")("review.hours", { hours: 1 })).toBe("1 hour of learning");
  expect(translator("en")("review.hours", { hours: 1.5 })).toBe("1.5 hours of learning");
});

test("a word has a form for each category of numbers that its language has", () => {
  const categories = (language: string) => new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const missing = Object.entries({ en, zh }).flatMap(([language, texts]) =>
    Object.values(texts)
      .flatMap((text) => [...text.matchAll(/\{\w+:([^}]*)\}/g)].map((hole) => hole[1]!))
      .filter((forms) => Object.keys(formsOf(forms)).sort().join() !== categories(language).sort().join()),
  );
  expect(missing).toEqual([]);
  expect(Object.keys(formsOf("one=hour|other=hours"))).toEqual(["one", "other"]);
});

test("the browser's first language decides", () => {
  expect(preferred(["zh-CN", "en"])).toBe("zh");
  expect(preferred(["de", "zh"])).toBe("en");
  expect(preferred([])).toBe("en");
});

test("a name in Arabic keeps its own order within a sentence, other names stay as they are", () => {
  expect(translator("en")("concept.after", { name: "for و while" })).toBe("after \u2068for و while\u2069");
  expect(translator("zh")("concept.after", { name: "for while" })).not.toMatch(/[\u2068\u2069]/);
});
