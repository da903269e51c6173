import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.ts';
import { readTogether } from '../../../src/reporting/reports/report-database.ts';
import { ask } from '../../fixtures/ask.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshReporting, type FreshReporting } from '../../fixtures/fresh-reporting.ts';

for (const engine of engines.filter(({ dialect }) => dialect === 'postgres')) {
  describe.skipIf(!engine.given)(`the plans of views on ${engine.title}`, () => {
    let fresh: FreshReporting;
    beforeAll(async () => {
      fresh = await openFreshReporting(engine);
    });
    afterAll(() => fresh.close());

    const plan = async (question: string): Promise<string> => {
      const rows = await ask<{ 'QUERY PLAN': string }>(fresh.database, `EXPLAIN ${question}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };

    it('a question about missed calls looks for each return once', async () => {
      const text = await plan(
        'SELECT follow_up, AVG(seconds_to_return) FROM jet_missed_calls GROUP BY follow_up',
      );
      expect(text.match(/ on jet_calls later/g)).toHaveLength(1);
    });

    it.each(['jet_missed_calls', 'jet_caller_history'])(
      'a count of %s reads jet_calls only once',
      async (view) => {
        expect((await plan(`SELECT COUNT(*) FROM ${view}`)).match(/ on jet_calls /g)).toHaveLength(1);
      },
    );

    it('a question about hours looks for the calls of each hour', async () => {
      const text = await plan("SELECT * FROM jet_hourly WHERE local_date = '2026-07-06'");
      expect(text).toMatch(/local_hour = hours\.local_hour/);
    });

    it('a report has 16 MB of work memory, or more where the database gives more', async () => {
      const workMemory = async (): Promise<unknown> => {
        const reader = openDatabase(fresh.url, 'read');
        try {
          return await readTogether(reader, async (knex, dialect) => {
            const rows = await ask({ knex, dialect }, "SELECT current_setting('work_mem') AS given");
            return rows[0]?.['given'];
          });
        } finally {
          await reader.close();
        }
      };
      expect(await workMemory()).toBe('16MB');
      const name = new URL(fresh.url).pathname.slice(1);
      await fresh.database.knex.raw(`ALTER DATABASE ${name} SET work_mem = '64MB'`);
      expect(await workMemory()).toBe('64MB');
    });
  });
}
