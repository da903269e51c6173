import { readdirSync } from 'node:fs';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { RoomByRoom } from './test/room-by-room.ts';

/** The settings of every test. */
export const common = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    // A limit against hanging, not a judgement of speed: a busy machine takes long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 120_000 } },
    env: { TZ: 'UTC' },
  },
};

/**
 * Groups of folders. The test files of a group share their workers, because loading the same sources for each file would
 * take most of the time. There are several groups, because a worker grows with each file.
 */
const groups: Readonly<Record<string, readonly string[]>> = {
  processes: ['adapter-kit', 'cli', 'deploy', 'end-to-end', 'faults', 'house'],
  web: ['auth', 'console', 'http'],
};
const grouped = Object.values(groups).flat();
const others = readdirSync(new URL('test', import.meta.url)).filter(
  (name) => !name.includes('.') && !grouped.includes(name),
);

function project(name: string, folders: readonly string[]): TestProjectInlineConfiguration {
  const include = folders.map((folder) => `${folder}/**/*.test.ts`);
  return { ...common, test: { ...common.test, name, include, isolate: false } };
}

export default defineConfig({
  ...common,
  test: {
    ...common.test,
    globalSetup: ['test/build.ts'],
    // For two cores: a third worker uses them while the tests of others wait for a deadline. More workers would only make
    // the real servers in the tests wait for one another.
    maxWorkers: 3,
    sequence: { sequencer: RoomByRoom },
    projects: [
      ...Object.entries({ ...groups, others }).map(([name, folders]) =>
        project(
          name,
          folders.map((folder) => `test/${folder}`),
        ),
      ),
      project('adapters', ['adapters/*/test']),
    ],
  },
});
