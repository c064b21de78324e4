import { defineConfig } from "vite";

export default defineConfig({
  build: { outDir: "../dist/demo", emptyOutDir: true, target: "es2022", modulePreload: false },
});
