import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { databaseFile, openDatabase } from '../../../src/database/open-database.ts';
import {
  createReportDatabase,
  ReportsUnavailable,
  type ReportDatabase,
} from '../../../src/reporting/reports/report-database.ts';
import { askStatement } from '../../../src/reporting/reports/ask-statement.ts';
import { plainSql } from '../../../src/reporting/reports/sql-statement.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshReporting, type FreshReporting } from '../../fixtures/fresh-reporting.ts';
import { reportingRow, writeRows } from '../../fixtures/reporting-rows.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the database of reports on ${engine.title}`, () => {
    let fresh: FreshReporting;
    let writer: Database;
    let reports: ReportDatabase;
    beforeAll(async () => {
      fresh = await openFreshReporting(engine);
      writer = fresh.database;
      reports = createReportDatabase(() => openDatabase(fresh.url, 'read'), databaseFile(fresh.url));
    });
    afterAll(async () => {
      await reports.close();
      await fresh.close();
    });

    const one = (text: string): Promise<unknown> =>
      reports.read((within) => askStatement(within, plainSql(text), [{ name: 'value', type: 'text' }]));
    const calls = plainSql('SELECT COUNT(*) AS value FROM jet_calls');

    it('the database of reports shows one state to all statements of a page', async () => {
      const seen = await reports.read(async (within) => {
        const columns = [{ name: 'value', type: 'integer' }] as const;
        const before = await askStatement(within, calls, columns);
        await writeRows(writer, [reportingRow('meanwhile', '2026-07-06T09:00:00+10:00')]);
        return [...before, ...(await askStatement(within, calls, columns))];
      });
      expect(seen).toEqual([{ value: 0 }, { value: 0 }]);
    });

    it.skipIf(engine.dialect !== 'postgres')(
      'the server ends a statement of a report after 15 seconds',
      async () => {
        expect(await one("SELECT current_setting('statement_timeout') AS value")).toEqual([{ value: '15s' }]);
      },
    );

    it.skipIf(engine.dialect === 'mysql')('a report writes nothing', async () => {
      await expect(reports.read((within) => within('jet_calls').delete())).rejects.toThrow(
        ReportsUnavailable,
      );
    });

    it('a report says so when a statement fails, with the code and without the statement', async () => {
      const failure = one("SELECT '0412345678' AS value FROM no_such_table");
      await expect(failure).rejects.toThrow(
        /^The reporting database cannot be reached, or the report took too long \(\w+\)\./,
      );
      await expect(failure).rejects.not.toThrow(/0412345678/);
    });
  });
}
