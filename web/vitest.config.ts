import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["browser", "production"] },
  test: { environment: "happy-dom", include: ["{protocol,widget,console}/test/**/*.test.ts"], testTimeout: 10_000 },
});
