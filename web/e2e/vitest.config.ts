import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** By name: what was slow or failed in an earlier run, or how long a file is, must not change what is tested. */
class ByName extends BaseSequencer {
  override sort(files: TestSpecification[]) {
    return Promise.resolve([...files].sort((one, two) => (one.moduleId < two.moduleId ? -1 : 1)));
  }
}

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
    sequence: { sequencer: ByName },
    testTimeout: 90_000,
    hookTimeout: 120_000,
    retry: 0,
  },
});
