/** Every address of the app. The graph, the lessons and the settings are chunks of their own. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";

import { useKeptNotes } from "../features/notes/useKeptNotes";
import { SearchButton } from "../features/search/SearchButton";
import { HomePage } from "../pages/home/HomePage";
import { NotFoundPage } from "../pages/notFound/NotFoundPage";
import { RoadmapPage } from "../pages/roadmap/RoadmapPage";
import { TrashPage } from "../pages/trash/TrashPage";
import { searchOf } from "../roadmap/views";
import { ROOT } from "../shared/api/root";
import { usePreferences } from "../shared/i18n/preferences";
import { Problem } from "../shared/ui/Problem";
import { HeaderTools } from "../shared/ui/tools";

const root = createRootRoute({ component: Page, notFoundComponent: NotFoundPage, errorComponent: Broken });
const home = createRoute({ getParentRoute: () => root, path: "/", component: HomePage });
const trash = createRoute({ getParentRoute: () => root, path: "/trash", component: TrashPage });
const model = createRoute({
  getParentRoute: () => root,
  path: "/settings/model",
  component: lazyRouteComponent(() => import("../pages/settings/ModelPage")),
});
const roadmap = createRoute({
  getParentRoute: () => root,
  path: "/roadmaps/$roadmapId",
  validateSearch: searchOf,
  component: RoadmapPage,
});
const concept = createRoute({ getParentRoute: () => roadmap, path: "concepts/$conceptId" });

/** What every page has. */
function Page() {
  useKeptNotes();
  return (
    <HeaderTools value={TOOLS}>
      <Outlet />
    </HeaderTools>
  );
}

const TOOLS = <SearchButton />;

function Broken() {
  const { t } = usePreferences();
  return (
    <Problem message={t("app.broken")}>
      <a href={location.href}>{t("app.reload")}</a>
    </Problem>
  );
}

export const router = createRouter({
  routeTree: root.addChildren([home, trash, model, roadmap.addChildren([concept])]),
  basepath: ROOT === "" ? "/" : ROOT,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
