import "@fontsource-variable/inter";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { PreferencesProvider } from "./app/context";
import { RoadmapPage } from "./pages/RoadmapPage";
import "./styles/tokens.css";
import "./styles/base.css";

const root = createRootRoute({ component: Outlet });
const roadmap = createRoute({
  getParentRoute: () => root,
  path: "/roadmaps/$roadmapId",
  component: function Roadmap() {
    return <RoadmapPage roadmapId={roadmap.useParams().roadmapId} />;
  },
});
const router = createRouter({ routeTree: root.addChildren([roadmap]) });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <PreferencesProvider>
        <RouterProvider router={router} />
      </PreferencesProvider>
    </QueryClientProvider>
  </StrictMode>,
);
