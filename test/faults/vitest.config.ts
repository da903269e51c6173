import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

// The whole suite, on demand: the slow faults end in .fault.ts, the fast ones are tests like all others. One after
// the other, since each has processes of its own to watch.
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      root: new URL('../..', import.meta.url).pathname,
      include: ['test/faults/*.{fault,test}.ts'],
      globalSetup: ['test/faults/build.ts'],
      fileParallelism: false,
      testTimeout: 300_000,
      hookTimeout: 60_000,
    },
  }),
);
