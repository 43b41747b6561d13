import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Assets find each other wherever they are served; the server names their place in the page.
  base: "./",
  build: {
    outDir: "../backend/app/web/dist",
    emptyOutDir: true,
    rolldownOptions: { input: ["index.html", "docs.html"] },
  },
  server: {
    proxy: {
      "/api": { target: "http://127.0.0.1:8000", ws: true },
    },
  },
});
