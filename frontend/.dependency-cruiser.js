/** The floors of the web app: a module imports from its own floor and from those below it, and nothing goes in a circle. */

/** From the ground up. */
const FLOORS = ["shared", "roadmap", "features", "pages", "app"];
const ON_A_FLOOR = `^src/(?:${FLOORS.join("|")})/`;

const upwards = FLOORS.slice(0, -1).map((floor, index) => ({
  name: `${floor}-imports-upwards`,
  comment: `What ${floor}/ needs from above comes in as an argument, or belongs on a lower floor.`,
  severity: "error",
  from: { path: `^src/${floor}/` },
  to: { path: `^src/(?:${FLOORS.slice(index + 1).join("|")})/` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...upwards,
    {
      name: "circle",
      comment: "One of the modules holds two things: one that the other needs, and one that needs the other.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "circle-of-features",
      comment: "What two features need of each other belongs to one of them, or on a lower floor.",
      severity: "error",
      scope: "folder",
      from: { path: "^src/features/[^/]+$" },
      to: { path: "^src/features/[^/]+$", circular: true },
    },
    // A module in a folder that belongs to no floor imports, is imported, or stands alone.
    ...[
      { name: "no-floor", from: { path: "^src/", pathNot: ON_A_FLOOR }, to: {} },
      { name: "no-floor-imported", from: {}, to: { path: "^src/", pathNot: ON_A_FLOOR } },
      { name: "no-floor-alone", from: { path: "^src/", pathNot: ON_A_FLOOR, orphan: true }, to: {} },
    ].map((rule) => ({ comment: `Put it into ${FLOORS.join("/, ")}/.`, severity: "error", ...rule })),
    {
      name: "not-found",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "browser", "default", "types"],
    },
  },
};
