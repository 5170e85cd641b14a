import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here("."),
  plugins: [react()],
  resolve: { alias: { "#door": here("../src/api/browser.ts") } },
  build: {
    outDir: here("../dist-bench"),
    emptyOutDir: true,
    reportCompressedSize: false,
    rollupOptions: { input: { ours: here("ours.html"), bare: here("bare.html") } },
  },
  worker: { format: "es" },
});
