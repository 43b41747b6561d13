import "@fontsource-variable/inter";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { cacheOf } from "./api/cache";
import { greenway } from "./api/reach";
import { placeOf } from "./api/root";
import { PreferencesProvider } from "./app/context";
import { NoticeProvider } from "./app/notice";
import { router } from "./app/router";
import "./styles/tokens.css";
import "./styles/base.css";

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
