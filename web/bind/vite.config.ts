import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: { outDir: "../dist/bind", emptyOutDir: true, target: "es2022", modulePreload: false },
});
