import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultTable, type TableRow } from './table.ts';

const root = new URL('../..', import.meta.url).pathname;

/**
 * Compiles the receiver that the faults happen to: it is started hundreds of times. At the end it prints the table of
 * all faults. For vitest's global setup.
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
