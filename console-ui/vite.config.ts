// How the console is built: one entry, a chunk for each page, the viewer of evidence packs beside them, no address of another host in it.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { viewer } from "./viewer.build.ts";

export default defineConfig({
  base: "/console/",
  plugins: [react(), viewer()],
  build: {
    outDir: "../src/actiontrail/console/pages",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 2000,
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8770", "/log": "http://127.0.0.1:8770" } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
