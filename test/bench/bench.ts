import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { postgresDatabases, sqliteDatabases } from './databases.ts';
import { measureDrain } from './drain.ts';
import { measureLatency } from './latency.ts';
import { measureMemory } from './memory.ts';
import { measureMillion } from './million.ts';
import { readOptions, type Part } from './options.ts';
import { checkPostgresRates, checkSqliteRates } from './rate-checks.ts';
import { measureRatios } from './ratios.ts';
import { measureReports } from './reports.ts';
import { passes, sectionText, type Section } from './section.ts';

const options = readOptions(process.argv.slice(2));

// Next to the real stores: a system's temporary folder can be in memory, where a sync costs nothing.
mkdirSync('data', { recursive: true });
const folder = mkdtempSync(resolve('data', 'bench-'));
const startedMs = performance.now();
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const postgres = postgresDatabases(options.postgresUrl ?? '');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void postgres.remove().finally(() => process.exit(130)));
}

const measurePart: Readonly<Record<Part, () => Promise<Section>>> = {
  ratios: () =>
    measureRatios(sqliteDatabases(join(folder, 'ratios')), checkSqliteRates, folder, options, progress),
  async postgres() {
    try {
      return await measureRatios(postgres, checkPostgresRates, folder, options, progress);
    } finally {
      await postgres.remove();
    }
  },
  million: () => measureMillion(folder, options, progress),
  drain: () => measureDrain(folder, options, progress),
  latency: () => measureLatency(folder, options, progress),
  memory: () => measureMemory(folder, options, progress),
  reports: () => measureReports(folder, options, progress),
};

process.exitCode = await main();

async function main(): Promise<number> {
  if (options.build) {
    progress('building');
    execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'inherit', 'inherit'] });
  }
  if (!options.parts.includes('postgres')) {
    progress(
      'The part postgres is skipped. It needs --postgres <url> or TEST_POSTGRES_URL, and does not run with --quick.',
    );
  }
  let ok = true;
  for (const part of options.parts) {
    progress(`${part}; the machine's load is ${loadavg()[0]?.toFixed(1) ?? '-'}`);
    const section = await measurePart[part]();
    process.stdout.write(`${sectionText(section)}\n`);
    ok &&= passes(section);
  }
  progress('done');
  return ok ? 0 : 1;
}

function progress(line: string): void {
  process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
}
