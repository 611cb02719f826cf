import { defineConfig } from "vitest/config";

/** Real nodes, a real browser: one file after the other, all against the same pair of nodes. */
export default defineConfig({
  root: import.meta.dirname,
  test: {
    include: ["*.e2e.ts"],
    globalSetup: ["harness/setup.ts"],
    fileParallelism: false,
    isolate: false,
    maxConcurrency: 2,
    maxWorkers: 1,
    pool: "forks",
    testTimeout: 90_000,
    hookTimeout: 120_000,
    retry: 0,
  },
});
