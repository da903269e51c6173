import { execFileSync } from 'node:child_process';

const root = new URL('../..', import.meta.url).pathname;

/** Compiles the receiver that the faults happen to: it is started hundreds of times. For vitest's global setup. */
export default function build(): void {
  execFileSync('npx', ['tsc', '--project', 'test/faults/tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.env.FAULT_BUILD = `${root}dist`;
}
