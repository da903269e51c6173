import { migrate } from '../../../src/database/migrate.ts';
import { openDatabase } from '../../../src/database/open-database.ts';
import type { Database } from '../../../src/database/database.ts';
import { reportingMigrations, reportingMigrationsTable } from '../../../src/reporting/migrations/index.ts';
import type { Visitor } from '../../auth/oauth/visitor.ts';
import type { Engine } from '../../fixtures/engines.ts';
import { writeRows, type ReportingRow } from '../../fixtures/reporting-rows.ts';
import { knownCalls } from '../../reporting/views/known-calls.ts';
import { startConsole, type ConsoleUnderTest } from '../console-under-test.ts';

/** A console whose reporting database holds the known calls. */
export interface ReportedConsole extends ConsoleUnderTest {
  readonly reporting: Database;
}

/** Noon in Sydney on Sunday 12 July 2026. The seven days until then have 314 inbound calls with an outcome. */
const nowMs = Date.parse('2026-07-12T12:00:00+10:00');

/** Starts a console on a database of an engine with the known calls and some more. */
export async function startReportedConsole(
  engine: Engine,
  rows: readonly ReportingRow[] = [],
): Promise<ReportedConsole> {
  const fresh = await engine.fresh();
  const reporting = openDatabase(fresh.url);
  await migrate(reporting, reportingMigrationsTable, reportingMigrations);
  await writeRows(reporting, [...knownCalls, ...rows]);
  const shown = await startConsole({
    settings: { REPORTING_DATABASE_URL: fresh.url },
    clock: () => nowMs,
  });
  return {
    ...shown,
    reporting,
    async close() {
      await shown.close();
      await reporting.close();
      await fresh.drop();
    },
  };
}

/** The text of a page, as a person reads it. */
export function plainText(page: string): string {
  return decoded(page.replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

/** The SQL that a page shows for a section, character by character. */
export function shownSql(page: string, section: string): string {
  const found = new RegExp(`<pre[^>]*id="sql-${section}"[^>]*>([^]*?)</pre`).exec(page)?.[1];
  if (found === undefined) throw new Error(`The page shows no SQL of ${section}`);
  return decoded(found);
}

function decoded(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
}

/** The rows of a CSV by the names in its first line. */
export function csvRows(text: string): Record<string, string>[] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r]*))(,|\r\n)/g)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') lines.push([]);
  }
  const [names = [], ...rows] = lines.slice(0, -1);
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? ''])));
}

/** The cookies of a visitor, for requests whose answer is no text. */
export function consoleCookies({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
