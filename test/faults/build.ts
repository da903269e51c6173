import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultTable, type TableRow } from './table.ts';

const root = new URL('../..', import.meta.url).pathname;

/**
 * Compiles the receiver under test, because the faults start it hundreds of times. Prints the table of all faults at
 * the end.
 * This is vitest's global setup.
 */
export default function build(): () => void {
  execFileSync('npx', ['tsc', '--project', 'test/faults/tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.env.FAULT_BUILD = `${root}dist`;
  const folder = mkdtempSync(join(tmpdir(), 'jet-faults-'));
  const path = join(folder, 'rows');
  writeFileSync(path, '');
  process.env.FAULT_ROWS = path;
  return () => {
    const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
    console.info(`\n${faultTable(lines.map((line) => JSON.parse(line) as TableRow))}\n`);
    rmSync(folder, { recursive: true });
  };
}
