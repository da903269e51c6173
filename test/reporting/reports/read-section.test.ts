import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { readSection, type SectionAnswer } from '../../../src/reporting/reports/read-section.ts';
import type { ReportSection } from '../../../src/reporting/reports/report.ts';
import { reports } from '../../../src/reporting/reports/reports.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshReporting, type FreshReporting } from '../../fixtures/fresh-reporting.ts';
import { knownCalls } from '../views/known-calls.ts';

const sections = reports.flatMap((report) =>
  report.sections.map((section) => ({ name: `${report.name}, ${section.name}`, section })),
);

/** The week of most known calls, in Sydney. */
const question = {
  ...{ from: '2026-07-06', to: '2026-07-12', filters: {} },
  fromMs: Date.parse('2026-07-06T00:00:00+10:00'),
  untilMs: Date.parse('2026-07-13T00:00:00+10:00'),
};

for (const engine of engines) {
  describe.skipIf(!engine.given)(`a section of a report on ${engine.title}`, () => {
    let fresh: FreshReporting;
    let database: Database;
    beforeAll(async () => {
      fresh = await openFreshReporting(engine, knownCalls);
      ({ database } = fresh);
    });
    afterAll(async () => {
      await fresh.close();
    });

    const read = (section: ReportSection, rowsMax: number): Promise<SectionAnswer> =>
      database.knex.transaction((within) =>
        readSection(within, database.dialect, section, question, rowsMax),
      );

    it.each(sections)(
      'a section counts all rows of $name when it reads only the first',
      async ({ section }) => {
        const all = await read(section, 1_000);
        const first = await read(section, 1);
        expect([first.found, first.rows, first.totals]).toEqual([
          all.rows.length,
          all.rows.slice(0, 1),
          all.totals,
        ]);
      },
    );

    it.each(sections.filter(({ section }) => section.hasTotals))(
      'a section has totals for $name that are the sums of its counts',
      async ({ section }) => {
        const { rows, totals } = await read(section, 1_000);
        const counts = section.measures.filter(({ type }) => type === 'integer').map(({ name }) => name);
        const sums = counts.map((name) => rows.reduce((sum, row) => sum + Number(row[name]), 0));
        expect(counts.map((name) => totals?.[name])).toEqual(sums);
      },
    );
  });
}
