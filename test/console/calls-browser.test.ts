import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { createLogger } from '../../src/app/logger.ts';
import { startReceiver, type Receiver } from '../../src/app/receiver.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { freePort } from '../fixtures/free-port.ts';
import { inboundBodies } from '../fixtures/pushes.ts';
import { expectGoodPage, hasBrowser, useBrowser } from './browser.ts';
import {
  consolePassword,
  startConsole,
  viewerPassword,
  type ConsoleUnderTest,
} from './console-under-test.ts';

const markup = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
const hostile = `${markup} \u202egnp.exe\u202c \u001b[31mred`;

/** Starts a second receiver on the store of the first one. */
async function startSecond({ folder }: ConsoleUnderTest): Promise<Receiver> {
  const settings = readSettings(
    {
      PORT: '0',
      ROLE: 'receive',
      CONSOLE_PORT: String(await freePort()),
      CONSOLE_PASSWORD: consolePassword,
      DATABASE_URL: `sqlite:${folder}/jet.sqlite`,
      REPORTING_DATABASE_URL: `sqlite:${folder}/reporting.sqlite`,
    },
    adapters,
  );
  return startReceiver(settings, adapters, createLogger('fatal', { write: () => undefined }));
}

describe.skipIf(!hasBrowser)('calls in a browser', () => {
  const browser = useBrowser();
  let shown: ConsoleUnderTest;
  /** A second process on the same store. */
  let second: Receiver;
  beforeAll(async () => {
    shown = await startConsole();
    for (let index = 0; index < 60; index += 1) await shown.push(inboundBodies(`call-${index}`).end);
    second = await startSecond(shown);
  });
  afterAll(async () => {
    await second.close();
    await shown.close();
  });

  const list = (query = ''): string => `${shown.consoleUrl}/console/calls${query}`;
  const ring = (id: string, rest: Record<string, unknown> = {}): Promise<Response> =>
    shown.push({ ...inboundBodies(id).start, ...rest });
  const rowWith = (page: Page, text: string) => page.locator('tbody tr', { hasText: text });

  it('calls are listed page by page, without faults of accessibility, also on a narrow screen', () =>
    browser.visit(list(), async (page) => {
      await expectGoodPage(page, `${browser.pictures}/calls`);
      const first = await page.locator('tbody tr').count();
      await page.getByRole('link', { name: 'Older calls' }).click();
      await page.getByRole('link', { name: 'Newest calls' }).waitFor();
      expect(first + (await page.locator('tbody tr').count())).toBeGreaterThanOrEqual(60);
    }));

  it('the list of calls has no faults of accessibility in dark mode', () =>
    browser.visit(list(), (page) => expectGoodPage(page, `${browser.pictures}/calls-dark`), {
      colorScheme: 'dark',
    }));

  it('a call appears when it rings, and changes in place when it ends, whichever process took the push', () =>
    browser.visit(`${second.console?.url ?? ''}/console/calls`, async (page) => {
      await ring('live-call', { servicename: 'Live line' });
      await rowWith(page, 'Live line').getByText('ringing').waitFor();
      await shown.push({ ...inboundBodies('live-call').end, servicename: 'Live line' });
      await rowWith(page, 'Live line').getByText('answered').waitFor();
      expect(await rowWith(page, 'Live line').count()).toBe(1);
    }));

  it('a call does not change a filtered list that it does not match', () =>
    browser.visit(list('?service=Only+this'), async (page) => {
      await ring('other-line', { servicename: 'Another' });
      await ring('this-line', { servicename: 'Only this' });
      await rowWith(page, 'Only this').waitFor();
      expect(await rowWith(page, 'Another').count()).toBe(0);
    }));

  it('new calls wait behind a button while the page is scrolled', () =>
    browser.visit(list(), async (page) => {
      await page.evaluate(() => scrollTo({ top: 600 }));
      await ring('while-scrolled', { servicename: 'Scrolled line' });
      const button = page.getByRole('button', { name: 'Show 1 new call' });
      await button.waitFor();
      expect(await rowWith(page, 'Scrolled line').count()).toBe(0);
      await button.click();
      await rowWith(page, 'Scrolled line').waitFor();
    }));

  it('new calls do not appear while the page is paused, and all appear when it continues', () =>
    browser.visit(list(), async (page) => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await ring('while-paused', { servicename: 'Paused line' });
      expect(await rowWith(page, 'Paused line').count()).toBe(0);
      await page.getByRole('button', { name: 'Continue' }).click();
      await rowWith(page, 'Paused line').waitFor();
    }));

  it('a call names the person who has the number, with the page in the CRM', async () => {
    const record = {
      person: { object: 'contact', id: '17', name: 'Jane Citizen', link: 'https://crm.example/contact/17' },
    };
    await shown.store.writer.knex('match_ledger').insert({
      ...{ destination: 'sql', number: '+61491570006', record: JSON.stringify(record) },
      valid_until: Date.now() + 3_600_000,
    });
    await browser.visit(list(), async (page) => {
      await ring('from-jane', { originnumber: '0491570006', servicename: 'Screen pop' });
      const link = rowWith(page, 'Screen pop').getByRole('link', { name: 'Jane Citizen' });
      await link.waitFor();
      expect(await link.getAttribute('href')).toBe('https://crm.example/contact/17');
    });
  });

  it('the page of a call shows its trace, without faults of accessibility', () =>
    browser.visit(list('/call-7'), async (page) => {
      await page.getByText('characters').first().click();
      await expectGoodPage(page, `${browser.pictures}/call`);
    }));

  it('a call can be opened with the keyboard', () =>
    browser.visit(list(), async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Pushes' }).waitFor();
    }));

  it('the pages of calls show hostile texts as text', async () => {
    await ring('hostile', {
      ...{ servicename: hostile, extensionname: hostile, originnumber: hostile, dialstatus: hostile },
      ...{ campaign: 'x'.repeat(20_000), [markup]: hostile },
    });
    for (const path of ['/hostile', ''])
      await browser.visit(list(path), async (page) => {
        await page.locator('details').evaluateAll((all) => {
          for (const each of all) each.setAttribute('open', '');
        });
        await expectGoodPage(page, `${browser.pictures}/hostile${path.replace(/\W/g, '')}`);
        expect(await page.title()).not.toBe('taken');
        expect(await page.locator('main img, main script').count()).toBe(0);
        expect(await page.locator('main').innerText()).not.toMatch(/\p{Bidi_C}|(?![\n\t])\p{Cc}/u);
      });
  });

  it('calls can be read, searched and paged without the script', () =>
    browser.visit(
      list(),
      async (page) => {
        await page.getByLabel('Number, call id or service').fill('call-9');
        await page.getByRole('button', { name: 'Show' }).click();
        await page.waitForURL(list('/call-9'));
        expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
      },
      { javaScriptEnabled: false },
    ));

  it('a viewer sees no whole number on the pages of calls', () =>
    browser.visit(
      list(),
      async (page) => {
        await ring('for-viewer', { originnumber: '0491570156', servicename: 'Viewer line' });
        await rowWith(page, 'Viewer line').getByText('+61 4•• ••• 156').waitFor();
        await page.goto(list('/for-viewer'));
        await page.locator('details').evaluateAll((all) => {
          for (const each of all) each.setAttribute('open', '');
        });
        expect(await page.locator('main').innerText()).not.toMatch(/491 ?570/);
      },
      { password: viewerPassword },
    ));
});
