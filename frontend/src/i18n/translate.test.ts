import { expect, test } from "vitest";

import { en, type MessageKey } from "./en";
import { preferred, translator } from "./translate";
import { zh } from "./zh";

const named = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(Object.keys(en) as MessageKey[])("%s says the same in both languages", (key) => {
  expect(zh[key].trim()).not.toBe("");
  expect(named(zh[key])).toEqual(named(en[key]));
});

test("parameters are filled in", () => {
  expect(translator("en")("progress.ready", { completed: 20, total: 33 })).toBe("20 of 33 ready");
  expect(translator("zh")("state.partial", { missing: "测验" })).toBe("缺少测验");
});

test("the browser's first language decides", () => {
  expect(preferred(["zh-CN", "en"])).toBe("zh");
  expect(preferred(["de", "zh"])).toBe("en");
  expect(preferred([])).toBe("en");
});
