import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { staleDays, summariseDay } from '../../src/reporting/daily-summary.ts';
import { reportingMigrations, reportingMigrationsTable } from '../../src/reporting/migrations/index.ts';
import { readTogether } from '../../src/reporting/reports/report-database.ts';
import { median } from './median.ts';
import type { BenchOptions } from './options.ts';
import { loadReportCalls } from './report-calls.ts';
import { reportQuestions } from './report-questions.ts';
import { under, type Section } from './section.ts';

const secondsMost = 1;
const summaryDays = 30;
const slowMs = 15_000;

interface Place {
  readonly title: string;
  readonly url: string;
  remove(): Promise<void>;
}

/** Asks each view a question over 30 days, with 1,000,000 calls in the table, on each database that is named. */
export async function measureReports(
  folder: string,
  options: BenchOptions,
  progress: (line: string) => void,
): Promise<Section> {
  const measured = new Map<string, Map<string, number>>();
  for (const place of await places(folder, options)) {
    try {
      measured.set(place.title, await measurePlace(place, options, progress));
    } finally {
      await place.remove();
    }
  }
  const titles = [...measured.keys()];
  const names = [...(measured.get(titles[0] ?? '')?.keys() ?? [])];
  const seconds = (title: string, name: string): number => measured.get(title)?.get(name) ?? NaN;
  return {
    title: `One question over 30 days to each view, with ${options.reportCalls.toLocaleString('en')} calls, in seconds`,
    lines: [
      `${''.padEnd(28)}${titles.map((title) => title.padStart(12)).join('')}`,
      ...names.map(
        (name) =>
          `${name.padEnd(28)}${titles.map((title) => seconds(title, name).toFixed(3).padStart(12)).join('')}`,
      ),
    ],
    checks: titles.flatMap((title) =>
      names.map((name) => under('goal', seconds(title, name), secondsMost, `s for ${name} on ${title}`)),
    ),
  };
}

async function measurePlace(
  { title, url }: Place,
  { reportCalls, rounds }: BenchOptions,
  progress: (line: string) => void,
): Promise<Map<string, number>> {
  const database = openDatabase(url, 'write', true);
  const seconds = new Map<string, number>();
  try {
    await migrate(database, reportingMigrationsTable, reportingMigrations);
    progress(`${title}: loading ${reportCalls} calls`);
    let shown = 0;
    await loadReportCalls(database, reportCalls, (rows) => {
      if (rows - shown < reportCalls / 10) return;
      shown = rows;
      progress(`${title}: ${rows} calls`);
    });
    seconds.set('one day of the summary', await measureSummary(database));
  } finally {
    await database.close();
  }
  const reader = openDatabase(url, 'read', true);
  try {
    for (const [name, question] of Object.entries(reportQuestions)) {
      seconds.set(name, await measureQuestion(reader, question, rounds));
      progress(`${title}: ${name} ${seconds.get(name)?.toFixed(3) ?? ''} s`);
    }
  } finally {
    await reader.close();
  }
  return seconds;
}

/** The median of the latest days. */
async function measureSummary(database: Database): Promise<number> {
  const times: number[] = [];
  for (const day of (await staleDays(database)).sort().slice(-summaryDays)) {
    const startedMs = performance.now();
    await summariseDay(database, day);
    times.push((performance.now() - startedMs) / 1000);
  }
  return median(times);
}

/** Asks as the console's pages do. */
async function measureQuestion(database: Database, question: string, rounds: number): Promise<number> {
  const day = (ago: number): string =>
    `'${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}'`;
  const sql = question.replaceAll('FROM_DAY', day(36)).replaceAll('TO_DAY', day(7));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    await readTogether(database, (within) => within.raw<unknown>(sql));
    times.push((performance.now() - startedMs) / 1000);
    if (performance.now() - startedMs > slowMs) break;
  }
  return median(times);
}

async function places(folder: string, { postgresUrl, mysqlUrl }: BenchOptions): Promise<Place[]> {
  const file = join(folder, 'reports.sqlite');
  const found: Place[] = [{ title: 'SQLite', url: `sqlite:${file}`, remove: () => Promise.resolve() }];
  for (const [title, serverUrl] of [
    ['PostgreSQL', postgresUrl],
    ['MariaDB', mysqlUrl],
  ] as const) {
    if (serverUrl === undefined) continue;
    const name = `jet_bench_reports_${randomBytes(6).toString('hex')}`;
    const run = async (statement: string): Promise<void> => {
      const server = openDatabase(serverUrl);
      try {
        await server.knex.raw(statement);
      } finally {
        await server.close();
      }
    };
    await run(`CREATE DATABASE ${name}`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    found.push({ title, url: url.href, remove: () => run(`DROP DATABASE ${name}`) });
  }
  return found;
}
