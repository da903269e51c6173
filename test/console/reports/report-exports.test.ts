import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reports } from '../../../src/reporting/reports/reports.ts';
import { consoleCookies, csvRows, startReportedConsole, type ReportedConsole } from './reported-console.ts';
import { engines } from '../../fixtures/engines.ts';

const week = 'from=2026-07-06&to=2026-07-12';
const sections = reports.flatMap(({ name: report, sections: all }) =>
  all.map(({ name: section }) => ({ report, section })),
);

describe('the Parquet file of a report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jet-parquet-'));
  let shown: ReportedConsole;
  let duckdb: DuckDBInstance;
  let headers: Record<string, string>;
  beforeAll(async () => {
    const [sqlite] = engines;
    if (sqlite === undefined) throw new Error('SQLite is always there');
    shown = await startReportedConsole(sqlite);
    headers = { cookie: consoleCookies(await shown.signedIn()) };
    duckdb = await DuckDBInstance.create(':memory:');
  });
  afterAll(async () => {
    duckdb.closeSync();
    await shown.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const download = (file: string): Promise<Response> =>
    fetch(`${shown.consoleUrl}/console/reports/${file}?${week}`, { headers });

  it.each(sections)(
    'the Parquet file of $report, $section has the rows of its CSV, in their order',
    async (each) => {
      const file = join(folder, `${each.report}-${each.section}.parquet`);
      const parquet = await download(`${each.report}/${each.section}.parquet`);
      writeFileSync(file, new Uint8Array(await parquet.arrayBuffer()));
      const connection = await duckdb.connect();
      const rows = (await connection.runAndReadAll(`SELECT * FROM read_parquet('${file}')`)).getRowObjects();
      connection.closeSync();
      const csv = csvRows(await (await download(`${each.report}/${each.section}.csv`)).text());
      const plain = (value: unknown): string => {
        const text = value === null ? '' : `${value as string | number}`;
        if (/^-?\d+(?:\.\d+)?$/.test(text)) return String(Number(text));
        // DuckDB writes an instant with its zone, and no zeros after the second.
        return text.replace(/^'/, '').replace(/(:\d\d)(?:\.000)?(?:\+00)?$/, '$1');
      };
      const compared = (row: Record<string, unknown>): Record<string, string> =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]));
      expect(rows.map(compared)).toEqual(csv.map(compared));
      expect(rows.length).toBeGreaterThan(0);
    },
  );
});
