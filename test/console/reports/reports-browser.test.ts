/// <reference lib="dom" />
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reports } from '../../../src/reporting/reports/reports.ts';
import { engines } from '../../fixtures/engines.ts';
import { reportingRow } from '../../fixtures/reporting-rows.ts';
import { expectGoodPage, hasBrowser, useBrowser } from '../browser.ts';
import { viewerPassword } from '../console-under-test.ts';
import { startReportedConsole, type ReportedConsole } from './reported-console.ts';

const week = '?from=2026-07-06&to=2026-07-12';
const markup = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
const hostile = `=1+1 ${markup} \u202egnp.exe\u202c ${'long'.repeat(40)}`;

describe.skipIf(!hasBrowser)('the reports in a browser', () => {
  const browser = useBrowser();
  let shown: ReportedConsole;
  beforeAll(async () => {
    const [sqlite] = engines;
    if (sqlite === undefined) throw new Error('SQLite is always there');
    shown = await startReportedConsole(
      sqlite,
      ['missed', 'answered'].map((status) =>
        reportingRow(`hostile-${status}`, '2026-06-01T09:00:00+10:00', {
          ...{
            status,
            service_name: hostile,
            service_group: hostile,
            number_type: markup,
            campaign: hostile,
          },
          ...{ source: markup, gclid: markup, extension_number: markup, counterpart_e164: '+61400012345' },
        }),
      ),
    );
  });
  afterAll(() => shown.close());

  const page = (path = ''): string => `${shown.consoleUrl}/console/reports${path}`;

  it.each(reports.map(({ name }) => name))(
    'the report %s has no faults of accessibility, in the light and in the dark, also on a narrow screen',
    (name) =>
      browser.visit(page(`/${name}${week}&service=Sales`), async (opened) => {
        await expectGoodPage(opened, `${browser.pictures}/report-${name}`);
        await opened.emulateMedia({ colorScheme: 'dark' });
        await expectGoodPage(opened, `${browser.pictures}/report-${name}-dark`);
      }),
  );

  it.each([320, 720, 1024, 1200])(
    'the reports need no scrolling sideways and break no figure on a screen of %i pixels',
    (width) =>
      browser.visit(
        page(`/today${week}`),
        async (opened) => {
          for (const { name } of reports) {
            for (const period of [week, '?from=2026-06-01&to=2026-06-01']) {
              await opened.goto(page(`/${name}${period}`));
              const needed = await opened.evaluate(() => document.documentElement.scrollWidth);
              expect([name, period, needed]).toEqual([name, period, width]);
              const broken = await opened.locator('td.number').evaluateAll((cells) =>
                cells
                  .filter((cell) => {
                    const range = document.createRange();
                    range.selectNodeContents(cell);
                    return range.getClientRects().length > 1;
                  })
                  .map((cell) => cell.textContent),
              );
              expect(broken).toEqual([]);
            }
          }
        },
        { viewport: { width, height: 800 } },
      ),
  );

  it('the list of reports has no faults of accessibility', () =>
    browser.visit(page(), (opened) => expectGoodPage(opened, `${browser.pictures}/reports`)));

  it('the keyboard reaches, filters and leaves the reports', () =>
    browser.visit(page(), async (opened) => {
      await opened.keyboard.press('j');
      await opened.keyboard.press('j');
      await opened.keyboard.press('Enter');
      await opened.waitForURL(page('/missed'));
      await opened.locator('select[name=service]').focus();
      await opened.keyboard.type('Sales');
      await opened.keyboard.press('Tab');
      await opened.keyboard.press('Tab');
      await opened.keyboard.press('Tab');
      await opened.keyboard.press('Enter');
      await opened.waitForURL(/service=Sales/);
      expect(await opened.locator('select[name=service]').inputValue()).toBe('Sales');
    }));

  it('a button copies the SQL of a section', () =>
    browser.visit(
      page(`/services${week}`),
      async (opened) => {
        await opened.getByText('SQL of "Calls by day"').click();
        await opened.getByRole('button', { name: 'Copy the SQL' }).first().click();
        await opened.getByRole('button', { name: 'Copied' }).waitFor();
        const copied = await opened.evaluate(() => navigator.clipboard.readText());
        expect(copied).toBe(await opened.locator('#sql-by-day').textContent());
        expect(copied).toContain("BETWEEN '2026-07-06' AND '2026-07-12'");
      },
      { permissions: ['clipboard-read', 'clipboard-write'] },
    ));

  it('the reports can be read, filtered and downloaded without the script', () =>
    browser.visit(
      page(`/services${week}`),
      async (opened) => {
        await opened.locator('select[name=service]').selectOption('Support');
        await opened.getByRole('button', { name: 'Show' }).click();
        await opened.waitForURL(/service=Support/);
        const download = opened.waitForEvent('download');
        await opened.getByRole('link', { name: 'CSV of "Calls by day"', exact: true }).click();
        expect((await download).suggestedFilename()).toBe('jet-services-by-day-2026-07-06-to-2026-07-12.csv');
        await opened.getByText('SQL of "Calls by day"').click();
        expect(await opened.locator('#sql-by-day').textContent()).toContain("service_name = 'Support'");
        expect(await opened.getByRole('button', { name: 'Copy the SQL' }).count()).toBe(0);
      },
      { javaScriptEnabled: false },
    ));

  it('hostile names are shown as text, in tables, charts and filters', async () => {
    for (const name of ['missed', 'services', 'sources', 'extensions'])
      await browser.visit(page(`/${name}?from=2026-06-01&to=2026-06-01`), async (opened) => {
        await opened.locator('details').evaluateAll((all) => {
          for (const each of all) each.setAttribute('open', '');
        });
        await expectGoodPage(opened, `${browser.pictures}/report-hostile-${name}`);
        expect(await opened.title()).not.toBe('taken');
        expect(await opened.locator('main img, main script').count()).toBe(0);
        expect(await opened.locator('main').innerText()).not.toMatch(/\p{Bidi_C}|(?![\n\t])\p{Cc}/u);
      });
  });

  it('the filter of a report offers and finds a hostile name', () =>
    browser.visit(page('/services?from=2026-06-01&to=2026-06-01'), async (opened) => {
      await opened.locator('select[name=service]').selectOption({ index: 1 });
      await opened.getByRole('button', { name: 'Show' }).click();
      await opened.waitForURL(/service=/);
      expect(await opened.locator('tfoot').first().innerText()).toMatch(/Total\s+2\s+1/);
    }));

  it('a viewer sees no whole number in the reports', () =>
    browser.visit(
      page(`/missed${week}`),
      async (opened) => {
        await expectGoodPage(opened, `${browser.pictures}/report-viewer`);
        expect(await opened.content()).not.toMatch(/\+?61 ?400 ?0/);
      },
      { password: viewerPassword },
    ));
});
