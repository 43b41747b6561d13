import "@fontsource-variable/inter";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Fault } from "./api/client";
import { placeOf } from "./api/root";
import { PreferencesProvider } from "./app/context";
import { NoticeProvider } from "./app/notice";
import { router } from "./app/router";
import "./styles/tokens.css";
import "./styles/base.css";

const RETRIES = 3;

const queries = new QueryClient({
  defaultOptions: {
    // Greenway is often on this very machine: whether there is a network says nothing about it.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      // What was refused is refused again; what did not answer may answer.
      retry: (count, error) => count < RETRIES && (!(error instanceof Fault) || error.retryable),
    },
  },
});

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
