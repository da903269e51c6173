import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    include: ['test/**/*.test.ts', 'adapters/*/test/**/*.test.ts'],
    globalSetup: ['test/build.ts'],
    // A limit against hanging, not a judgement of speed: a busy machine takes long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    // Two cores: more workers only make the real servers in the tests wait for one another.
    maxWorkers: 2,
    env: { TZ: 'UTC' },
  },
});
