/** Every address of the app. The graph and the lessons are chunks of their own. */

import { createRootRoute, createRoute, createRouter, Link, Outlet, useParams } from "@tanstack/react-router";

import { ROOT } from "../shared/api/root";
import { Problem } from "../shared/ui/Problem";
import { HomePage } from "../pages/home/HomePage";
import { RoadmapPage } from "../pages/roadmap/RoadmapPage";
import { TrashPage } from "../pages/trash/TrashPage";
import { usePreferences } from "../shared/i18n/preferences";
import { Shell } from "../shared/ui/Shell";
import styles from "../shared/ui/Shell.module.css";
import { useTitle } from "../shared/ui/useTitle";

export const VIEWS = ["map", "graph", "outline"] as const;
export type View = (typeof VIEWS)[number];

interface Search {
  /** The map where it is left out. */
  view?: View;
}

function search(given: Record<string, unknown>): Search {
  const view = VIEWS.find((one) => one === given.view && one !== "map");
  return view === undefined ? {} : { view };
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken });
const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const trash = createRoute({ getParentRoute: () => root, path: "/trash", component: TrashPage });
const roadmap = createRoute({
  getParentRoute: () => root,
  path: "/roadmaps/$roadmapId",
  validateSearch: search,
  component: Roadmap,
});
const concept = createRoute({ getParentRoute: () => roadmap, path: "concepts/$conceptId" });

function Roadmap() {
  const { roadmapId } = roadmap.useParams();
  const { conceptId } = useParams({ strict: false });
  const { view } = roadmap.useSearch();
  return (
    <RoadmapPage key={roadmapId} roadmapId={roadmapId} conceptId={conceptId ?? null} view={view ?? "map"} />
  );
}

function NotFound() {
  const { t } = usePreferences();
  useTitle(t("app.notFound"));
  return (
    <Shell>
      <div className={styles.notFound}>
        <h1>{t("app.notFound")}</h1>
        <p>{t("app.notFoundWhy")}</p>
        <Link to="/">{t("app.toHome")}</Link>
      </div>
    </Shell>
  );
}

function Broken() {
  const { t } = usePreferences();
  return (
    <Problem message={t("app.broken")}>
      <a href={location.href}>{t("app.reload")}</a>
    </Problem>
  );
}

export const router = createRouter({
  routeTree: root.addChildren([home, trash, roadmap.addChildren([concept])]),
  basepath: ROOT === "" ? "/" : ROOT,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
