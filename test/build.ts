import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './house/source-files.ts';

/** Compiles the sources once: a process that a test starts is ready in a third of the time. For vitest's global setup. */
export default function build(): void {
  execFileSync(process.execPath, [join(root, 'src/build.js')], { stdio: 'inherit' });
}
