import "@fontsource-variable/inter";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { cacheOf } from "../shared/api/cache";
import { greenway } from "../shared/api/reach";
import { placeOf } from "../shared/api/root";
import { PreferencesProvider } from "../shared/i18n/preferences";
import { NoticeProvider } from "../shared/ui/notice";
import { router } from "./router";
import "../shared/styles/tokens.css";
import "../shared/styles/base.css";

const queries = cacheOf(greenway);

const place = placeOf(location);
if (place !== null) location.replace(place);
else
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <PreferencesProvider>
          <NoticeProvider>
            <RouterProvider router={router} />
          </NoticeProvider>
        </PreferencesProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
