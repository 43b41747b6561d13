import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { cruise } from "dependency-cruiser";
import { afterEach, expect, test } from "vitest";

import config from "./.dependency-cruiser.js";

const folders = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** The names of the rules that an app of these modules breaks, each with the module where it does. */
async function broken(modules) {
  const folder = mkdtempSync(join(tmpdir(), "floors-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(modules)) {
    mkdirSync(dirname(join(folder, "src", path)), { recursive: true });
    writeFileSync(join(folder, "src", path), text);
  }
  const { forbidden, options } = config;
  const { tsPreCompilationDeps, enhancedResolveOptions } = options;
  const { output } = await cruise(["src"], {
    tsPreCompilationDeps,
    enhancedResolveOptions,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden },
  });
  return output.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

const NOTHING = "export const nothing = 0;\n";

test("imports go down, or stay on their floor", async () => {
  const app = await broken({
    "shared/ui/Button.ts": NOTHING,
    "roadmap/queries.ts": 'import "../shared/ui/Button";\n',
    "features/map/Map.ts": 'import "../../roadmap/queries";\n',
    "features/map/Card.ts": 'import "./Map";\n',
    "pages/home/HomePage.ts": 'import "../../features/map/Card";\nimport "../../shared/ui/Button";\n',
    "app/router.ts": 'import "../pages/home/HomePage";\n',
  });
  expect(app).toEqual([]);
});

test.each([
  ["shared", "roadmap"],
  ["roadmap", "features"],
  ["features", "pages"],
  ["pages", "app"],
  ["shared", "app"],
])("an import from %s/ up to %s/ is found, of a type as well", async (low, high) => {
  const modules = { [`${high}/high.ts`]: "export type High = 0;\n" };
  const up = `${low}-imports-upwards: src/${low}/low.ts`;
  expect(await broken({ ...modules, [`${low}/low.ts`]: `import "../${high}/high";\n` })).toEqual([up]);
  const typed = `import type { High } from "../${high}/high";\nexport type Low = High;\n`;
  expect(await broken({ ...modules, [`${low}/low.ts`]: typed })).toEqual([up]);
  const later = `export const low = () => import("../${high}/high");\n`;
  expect(await broken({ ...modules, [`${low}/low.ts`]: later })).toEqual([up]);
});

test("a circle on one floor is found", async () => {
  const [one, other] = ['import "./other";\n', 'import "./one";\n'];
  expect(await broken({ "shared/ui/one.ts": one, "shared/ui/other.ts": other })).toContain(
    "circle: src/shared/ui/one.ts",
  );
});

test("a circle of features is found where no module is in one", async () => {
  const modules = {
    "features/map/Map.ts": 'import "../run/Menu";\n',
    "features/map/Card.ts": NOTHING,
    "features/run/Menu.ts": NOTHING,
    "features/run/Header.ts": 'import "../map/Card";\n',
  };
  expect(new Set(await broken(modules))).toEqual(
    new Set(["circle-of-features: src/features/map", "circle-of-features: src/features/run"]),
  );
});

test.each([
  ["imports", "no-floor: src/utils/clock.ts", { "utils/clock.ts": 'import "../shared/time";\n' }],
  [
    "is imported",
    "no-floor-imported: src/shared/time.ts",
    { "utils/clock.ts": NOTHING, "shared/time.ts": 'import "../utils/clock";\n' },
  ],
  ["stands alone", "no-floor-alone: src/utils/clock.ts", { "utils/clock.ts": NOTHING }],
  ["is in no folder", "no-floor-alone: src/clock.ts", { "clock.ts": NOTHING }],
])("a module of no floor that %s is found", async (_, found, modules) => {
  expect(await broken({ "shared/time.ts": NOTHING, ...modules })).toContain(found);
});

test("an import that leads nowhere is found", async () => {
  expect(await broken({ "shared/time.ts": 'import "./clock";\n' })).toEqual([
    "not-found: src/shared/time.ts",
  ]);
});
