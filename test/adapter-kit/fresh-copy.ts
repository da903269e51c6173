import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../house/source-files.ts';

/** A copy of the project, as a fork has it after `npm install`, to run commands in. */
export interface FreshCopy {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs a shell script there. Returns standard output, then standard error. */
  run(script: string): Promise<{ code: number; output: string }>;
  remove(): void;
}

const leftOut = ['node_modules', 'dist', 'data', '.git', '.env', 'coverage'];

/** With `isBuilt`, the copy has the build too, so that its first build compiles only what the test changes. */
export function makeFreshCopy({ isBuilt = false } = {}): FreshCopy {
  const folder = mkdtempSync(join(tmpdir(), 'jet-fork-'));
  cpSync(root, folder, {
    recursive: true,
    filter: (path) => !leftOut.includes(relative(root, path)),
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  if (isBuilt) copyBuild(folder);
  // A clean environment: nothing from this test runner, and no database servers.
  const { PATH, HOME } = process.env;
  const environment: NodeJS.ProcessEnv = { PATH, HOME, TZ: 'UTC', NO_COLOR: '1' };
  return {
    folder,
    environment,
    run: (script) =>
      new Promise((done) => {
        const options = { cwd: folder, env: environment, maxBuffer: 16 * 1024 * 1024 };
        execFile('sh', ['-e', '-c', script], options, (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          done({ code, output: stdout + stderr });
        });
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function copyBuild(folder: string): void {
  for (const name of ['src', 'adapters', 'built-from'])
    cpSync(join(root, 'dist', name), join(folder, 'dist', name), { recursive: true });
  // The compiler remembers the files of the packages relative to dist/, and it finds them through the link.
  const packages = relative(join(folder, 'dist'), join(root, 'node_modules'));
  const memory = readFileSync(join(root, 'dist/compiled.tsbuildinfo'), 'utf8');
  writeFileSync(
    join(folder, 'dist/compiled.tsbuildinfo'),
    memory.replaceAll('"../node_modules/', `"${packages}/`),
  );
}
