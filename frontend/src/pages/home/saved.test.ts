import { expect, test } from "vitest";

import { placeOf } from "./saved";

const CUT_OFF = '{\n "a": [1,\n  2';

test.each([
  ["Chromium", "Expected ',' or ']' after array element in JSON at position 14 (line 3 column 3)", 3, 3],
  ["Chromium of before", "Unexpected token } in JSON at position 14", 3, 3],
  ["Chromium at the end", "SyntaxError: Unexpected end of JSON input", 3, 4],
  ["Firefox", "JSON.parse: end of data after property value at line 3 column 4 of the JSON data", 3, 4],
  ["Safari at the end", "JSON Parse error: Unexpected EOF", 3, 4],
])("%s says where JSON breaks", (_, message, line, column) => {
  expect(placeOf(message, CUT_OFF)).toEqual({ line, column });
});

test("Safari does not always say where", () => {
  expect(placeOf("JSON Parse error: Unexpected identifier", CUT_OFF)).toBeNull();
});
