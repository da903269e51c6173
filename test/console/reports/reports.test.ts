import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reports } from '../../../src/reporting/reports/reports.ts';
import type { Visitor } from '../../auth/oauth/visitor.ts';
import { ask } from '../../fixtures/ask.ts';
import { engines } from '../../fixtures/engines.ts';
import { reportingRow } from '../../fixtures/reporting-rows.ts';
import { viewerPassword } from '../console-under-test.ts';
import {
  csvRows,
  plainText,
  shownSql,
  startReportedConsole,
  type ReportedConsole,
} from './reported-console.ts';

/** The week of the known calls: 314 inbound calls with an outcome. */
const week = 'from=2026-07-06&to=2026-07-12';
const sections = reports.flatMap(({ name: report, sections: all }) =>
  all.map(({ name: section }) => ({ report, section })),
);

const hostile = `=HYPERLINK("x") <script>alert(1)</script> \u202egnp'\\`;
/** On a day of their own. */
const hostileCalls = Array.from({ length: 205 }, (_none, index) =>
  reportingRow(`odd-${index}`, '2026-06-01T09:00:00+10:00', {
    ...{ status: 'missed', service_name: hostile, counterpart_e164: `+61400077${100 + index}` },
  }),
);

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the reports on ${engine.title}`, () => {
    let shown: ReportedConsole;
    let operator: Visitor;
    let viewer: Visitor;
    beforeAll(async () => {
      shown = await startReportedConsole(engine, hostileCalls);
      operator = await shown.signedIn();
      viewer = await shown.signedIn(viewerPassword);
    });
    afterAll(() => shown.close());

    const get = (path: string, visitor = operator) => visitor.get(`/console/reports${path}`);
    const csv = async (path: string): Promise<Record<string, string>[]> => csvRows((await get(path)).text);
    const direct = async (sql: string): Promise<number> => {
      const [row] = await ask(shown.reporting, `SELECT COUNT(*) AS n FROM jet_calls WHERE ${sql}`);
      return Number(row?.['n']);
    };
    const inWeek =
      "direction = 'inbound' AND status IN ('answered', 'abandoned', 'missed', 'busy', 'failed') AND local_date BETWEEN '2026-07-06' AND '2026-07-12'";
    const sum = (rows: readonly Record<string, string>[], column: string): number =>
      rows.reduce((all, row) => all + Number(row[column]), 0);

    it.each(reports.map(({ name }) => name))('the report %s has a page', async (name) => {
      const { status, text } = await get(`/${name}?${week}`);
      expect([status, plainText(text).includes('CSV')]).toEqual([200, true]);
    });

    it.each(sections)(
      'the page of $report, $section shows the SQL that gives the rows of its export',
      async (each) => {
        const { text } = await get(`/${each.report}?${week}`);
        const rows = await ask(shown.reporting, shownSql(text, each.section));
        const exported = await csv(`/${each.report}/${each.section}.csv?${week}`);
        expect(exported.length).toBeGreaterThan(0);
        const asText = (value: unknown): string => (value === null ? '' : `${value as string | number}`);
        const plain = (value: string): string =>
          /^-?\d+(?:\.\d+)?$/.test(value) ? String(Number(value)) : value.replace(/^'/, '');
        expect(rows.map((row) => Object.values(row).map((value) => plain(asText(value))))).toEqual(
          exported.map((row) => Object.values(row).map(plain)),
        );
      },
    );

    it('the reports count by day, by hour and by service as many calls as the table has', async () => {
      const all = await direct(inWeek);
      expect(all).toBe(314);
      for (const path of ['services/by-day', 'services/by-service', 'services/by-day-and-service'])
        expect([path, sum(await csv(`/${path}.csv?${week}`), 'offered')]).toEqual([path, all]);
      for (const path of ['today/by-hour', 'hours/by-weekday-and-hour', 'service-level/by-day'])
        expect([path, sum(await csv(`/${path}.csv?${week}`), 'offered')]).toEqual([path, all]);
      expect(sum(await csv(`/sources/by-source.csv?${week}`), 'calls')).toBe(all);
      expect(sum(await csv(`/callers/by-day.csv?${week}`), 'calls')).toBe(all);
    });

    it('the reports have a row of zeros for each day and hour without calls', async () => {
      const days = await csv(`/services/by-day.csv?${week}`);
      expect(days.map(({ local_date: day, offered }) => [day, offered])).toEqual([
        ...[12, 11, 10].map((day) => [`2026-07-${day}`, '0']),
        ['2026-07-09', '0'],
        ['2026-07-08', '40'],
        ['2026-07-07', '0'],
        ['2026-07-06', '274'],
      ]);
      expect(await csv(`/today/by-hour.csv?${week}`)).toHaveLength(24);
    });

    it('the reports count missed calls and what became of them as the table does', async () => {
      const days = await csv(`/missed/by-day.csv?${week}`);
      expect(days).toHaveLength(1);
      expect(days[0]).toMatchObject({ missed: '112', handled: '26', not_returned: '82', cannot_follow: '4' });
      expect(await direct(`${inWeek} AND status <> 'answered'`)).toBe(112);
      expect(await csv(`/missed/calls.csv?${week}`)).toHaveLength(112);
      expect(await csv(`/missed/callers.csv?${week}`)).toHaveLength(78);
    });

    it('the reports divide sums for the percents of a total, and never average percents', async () => {
      const { text } = await get(`/services?${week}`);
      // 202 of 314 calls. The average of the days would be 79.6.
      expect(plainText(/<tfoot>[^]*?<\/tfoot>/.exec(text)?.[0] ?? '')).toMatch(
        /^Total 314 202 64\.3 36 24 22 18 8 4$/,
      );
    });

    it('the reports say how many calls were answered in time, without the callers of the first seconds', async () => {
      const { text } = await get(`/service-level?${week}`);
      // In time are 90 of 314 - 24 calls.
      expect(plainText(/<tfoot>[^]*?<\/tfoot>/.exec(text)?.[0] ?? '')).toBe(
        'Total 314 202 24 90 31.0 44.8 35.2 12',
      );
      expect(await direct(`${inWeek} AND status = 'abandoned' AND duration_seconds < 5`)).toBe(24);
    });

    it('the reports add up the share of abandoned calls by their duration', async () => {
      const rows = await csv(`/abandonment/after-seconds.csv?${week}`);
      expect(rows.map((row) => Object.values(row))).toEqual([
        ['caller', '0', '5', '24', '40'],
        ['caller', '60', '90', '36', '100'],
        ['system', '120', '180', '12', '54.5'],
        ['system', '300', '600', '10', '100'],
      ]);
    });

    it('the reports name the campaigns, the clicks, the extensions and the repeat callers', async () => {
      expect((await csv(`/sources/by-source.csv?${week}`)).map((row) => Object.values(row))).toEqual([
        ['', '', '', '214', '198', '102', '47.7', '102', '0'],
        ['google', 'cpc', 'Winter', '100', '60', '100', '100', '60', '80'],
      ]);
      expect(await csv(`/sources/clicks.csv?${week}`)).toHaveLength(40);
      expect((await csv(`/extensions/by-extension.csv?${week}`)).map((row) => Object.values(row))).toEqual([
        ['201', '90', '90', '100', '10', '10', '195'],
        ['202', '72', '72', '100', '8', '0', '212'],
        ['203', '40', '40', '100', '0', '0', '30'],
        ['204', '18', '0', '0', '0', '0', '0'],
      ]);
      const repeat = await csv(`/callers/repeat-callers.csv?${week}`);
      expect([repeat.length, repeat[0]]).toEqual([
        52,
        {
          ...{ counterpart_e164: "'+61400000001", calls: '2', services: '1' },
          first_call_at_utc: '2026-07-05 23:00:00.000',
          last_call_at_utc: '2026-07-08 05:00:00.000',
        },
      ]);
      expect(
        (await csv(`/attribution/by-day.csv?${week}`)).map(({ calls, with_session: sessions }) => [
          calls,
          sessions,
        ]),
      ).toEqual([
        ['40', '40'],
        ['274', '60'],
      ]);
    });

    it('the reports filter by service, group and number type, in the page and in the export', async () => {
      const sales = await direct(`${inWeek} AND service_name = 'Sales'`);
      expect(sales).toBe(160);
      for (const filter of ['service=Sales', 'type=DIGITAL_ON_PAGE', 'service=Sales&group=Sydney']) {
        expect(sum(await csv(`/services/by-day.csv?${week}&${filter}`), 'offered')).toBe(sales);
        const { text } = await get(`/services?${week}&${filter}`);
        expect(plainText(/<tfoot>[^]*?<\/tfoot>/.exec(text)?.[0] ?? '')).toMatch(/^Total 160 130 /);
        expect(text).toContain('selected="selected"');
      }
      const { text } = await get(`/missed?${week}&service=Sales&type=DIGITAL_ON_PAGE`);
      expect(text).toContain('the view jet_missed_callers cannot be filtered by number type');
    });

    it('the reports show the first 200 rows and say how many there are; the export has all', async () => {
      const { text } = await get('/missed?from=2026-06-01&to=2026-06-01');
      expect(plainText(text)).toContain('The first 200 of 205 rows. The exports have all.');
      expect(csvRows((await get('/missed/calls.csv?from=2026-06-01&to=2026-06-01')).text)).toHaveLength(205);
    });

    it('a hostile name stays as it is: as text on the page, as a filter, as SQL, and harmless in a CSV', async () => {
      const period = 'from=2026-06-01&to=2026-06-01';
      // As the form of the page sends it, without the character that turns the writing.
      const typed = encodeURIComponent(hostile.replace('\u202e', '\ufffd'));
      const { text } = await get(`/services?${period}&service=${typed}`);
      expect(text).not.toContain('<script>alert');
      expect(plainText(/<tfoot>[^]*?<\/tfoot>/.exec(text)?.[0] ?? '')).toMatch(/^Total 205 0 /);
      const rows = await ask(shown.reporting, shownSql(text, 'by-service'));
      expect(rows.map(({ service_name: name, offered }) => [name, Number(offered)])).toEqual([
        [hostile, 205],
      ]);
      const exported = (await get(`/services/by-service.csv?${period}&service=${typed}`)).text;
      expect(csvRows(exported)).toEqual([
        expect.objectContaining({ service_name: `'${hostile}`, offered: '205' }),
      ]);
    });

    it('a viewer sees no whole number, neither on the pages of reports nor in exports', async () => {
      const paths = [
        '/missed',
        '/missed/calls.csv',
        '/missed/callers.csv',
        '/callers',
        '/callers/repeat-callers.csv',
      ];
      for (const path of paths) {
        const asked = `${path}?${week}`;
        expect([path, (await get(asked)).text.replace(/\s/g, '')]).toEqual([
          path,
          expect.stringContaining('+614000'),
        ]);
        const { status, text } = await get(asked, viewer);
        expect([path, status, /400 ?0\d\d/.test(text), text.includes('+61 4•• ••• ')]).toEqual([
          path,
          200,
          false,
          true,
        ]);
      }
      const { text } = await get(`/missed/calls.parquet?${week}`, viewer);
      expect(text).not.toContain('+614000');
    });
  });
}

describe('a report', () => {
  const [sqlite] = engines;
  let shown: ReportedConsole;
  let operator: Visitor;
  beforeAll(async () => {
    if (sqlite === undefined) throw new Error('SQLite is always there');
    shown = await startReportedConsole(sqlite);
    operator = await shown.signedIn();
  });
  afterAll(() => shown.close());
  const get = (path: string) => operator.get(`/console/reports${path}`);

  it('the list of reports says what each one answers, and the navigation leads to it', async () => {
    const { text } = await get('');
    for (const { title, answers } of reports) {
      expect(plainText(text)).toContain(title);
      expect(plainText(text)).toContain(answers);
    }
    expect((await operator.get('/console')).text).toContain('<a href="/console/reports" >Reports</a>');
  });

  it('a report is about the last seven days, or about today, unless a period is chosen', async () => {
    expect(plainText((await get('/services')).text)).toContain(
      '6 Jul 2026 to 12 Jul 2026, days in Australia/Sydney',
    );
    expect(plainText((await get('/today')).text)).toContain('12 Jul 2026, days in Australia/Sydney');
    expect((await get('/today?from=yesterday&to=yesterday')).text).toContain('<h1>Hour by hour</h1>');
  });

  it.each([
    ['/servces', 404, 'There is no such report. Did you mean By day and service'],
    ['/missed/nothing.csv', 404, 'The report "Missed and not returned" has no such export.'],
    ['/missed?from=2026-02-30', 400, 'from "2026-02-30" is not a day. Did you mean 2026-02-28?'],
    ['/missed?to=31/6/2026', 400, 'to "31/6/2026" is not a day. Did you mean 2026-06-30?'],
    ['/missed?from=1999-12-31', 400, 'The calendar has the days from 2000 to 2049.'],
    [
      '/missed?from=2026-07-10&to=2026-07-01',
      400,
      'The period ends (2026-07-01) before it begins (2026-07-10).',
    ],
    ['/missed?from=2020-01-01', 400, 'A report covers at most 366 days.'],
    ['/missed/calls.csv?from=soon', 400, 'from "soon" is not a day. Did you mean 2026-07-12?'],
    [
      '/missed?service=Slaes',
      200,
      'No inbound call of this period has the service "Slaes". Did you mean "Sales"?',
    ],
    ['/missed?service=%00%27%20OR%201=1', 200, 'No inbound call of this period has the service'],
    ['/missed?from=2026-07-06&from=x&service=a&service=b', 200, 'has the service "a"'],
  ])('a report answers %s with %i and a clear line', async (path, status, line) => {
    const page = await get(path);
    expect(page.status).toBe(status);
    expect(plainText(page.text)).toContain(line);
  });

  it('a wrong query of a report leads to the nearest right one', async () => {
    const { text } = await get('/missed?from=2026-07-10&to=2026-07-01&service=Sales');
    expect(text).toContain(
      'href="/console/reports/missed?from=2026-07-01&#38;to=2026-07-10&#38;service=Sales"',
    );
  });

  it('an export of a report has a name that says the report and the period', async () => {
    const { headers } = await get('/callers/repeat-callers.parquet?from=2026-07-06&to=2026-07-12');
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="jet-callers-repeat-callers-2026-07-06-to-2026-07-12.parquet"',
    );
    expect(headers.get('content-type')).toBe('application/vnd.apache.parquet');
  });
});
