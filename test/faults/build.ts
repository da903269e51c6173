import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../compile.ts';
import { faultTable, type TableRow } from './scene/table.ts';

/**
 * Compiles the receiver under test, because the faults start it hundreds of times. Prints the table of all faults at the
 * end. This is vitest's global setup.
 */
export default function build(): () => void {
  compile();
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
