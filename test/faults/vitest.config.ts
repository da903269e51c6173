import { defineConfig, mergeConfig } from 'vitest/config';
import { common } from '../../vitest.config.ts';

// The whole suite, on demand. The slow faults end in .fault.ts, and the fast ones are normal tests. They run one after
// the other, because each watches its own processes.
export default mergeConfig(
  common,
  defineConfig({
    test: {
      root: new URL('../..', import.meta.url).pathname,
      include: ['test/faults/**/*.{fault,test}.ts'],
      globalSetup: ['test/faults/build.ts'],
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 60_000,
    },
  }),
);
