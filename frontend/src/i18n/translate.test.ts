import { expect, test } from "vitest";

import { en, type MessageKey } from "./en";
import { preferred, translator } from "./translate";
import { zh } from "./zh";

const named = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((match) => match[1]))].sort();

test.each(Object.keys(en) as MessageKey[])("%s says the same in both languages", (key) => {
  expect(zh[key].trim()).not.toBe("");
  expect(named(zh[key])).toEqual(named(en[key]));
});

test("parameters are filled in", () => {
  expect(translator("en")("progress.ready", { completed: 20, total: 33 })).toBe("20 of 33 ready");
  expect(translator("zh")("state.partial", { missing: "测验" })).toBe("缺少测验");
});

test("a word follows its number", () => {
  expect(translator("en")("review.hours", { hours: 1 })).toBe("1 hour of learning");
  expect(translator("en")("review.hours", { hours: 1.5 })).toBe("1.5 hours of learning");
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
