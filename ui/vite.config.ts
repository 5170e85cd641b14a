import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Two doors, two bundles: the desktop window's (`--mode desktop`) has the shell's transport, the browser's has not a
// line of it.
export default defineConfig(({ mode }) => ({
  plugins: [react()],
  resolve: {
    alias: {
      "#door": new URL(mode === "desktop" ? "./src/api/tauri.ts" : "./src/api/browser.ts", import.meta.url).pathname,
    },
  },
  build: {
    outDir: mode === "desktop" ? "dist-desktop" : "dist",
    target: ["chrome120", "safari16.4", "firefox121"],
    // Everything is on the same machine; a source map would only make the program larger.
    sourcemap: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: {
    port: 5173,
    strictPort: true,
    // The API refuses pages of another origin, so the dev server speaks for itself.
    proxy: {
      "/api": {
        target: process.env["PLANLOOM_URL"] ?? "http://127.0.0.1:7317",
        changeOrigin: true,
        configure: (proxy) => proxy.on("proxyReq", (request) => request.removeHeader("origin")),
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/app/testSetup.ts"],
  },
}));
