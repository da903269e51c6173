import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { rateLimited } from '../../../adapters/hubspot/test/stand-in/faults.ts';
import { openCrm } from '../crms/crm.ts';
import { fault } from '../scene/fault.ts';
import type { Destination } from '../traffic/answered-pushes.ts';
import { openLimitingDoor, type Limit } from '../crms/limiting-door.ts';
import { reading } from '../scene/outside.ts';
import { openHubspot, openSalesforce } from '../crms/real-crm.ts';
import { callPushes, post, sendAll } from '../traffic/traffic.ts';

const hourMs = 3_600_000;

/** An odd value, and how long it can delay a destination. Milliseconds. */
interface Odd {
  readonly what: string;
  readonly value: () => string | undefined;
  readonly leastMs: number;
  readonly mostMs: number;
}

// Without a hint, the first pause is at most a second, or as long as the adapter knows the API's own limits to last.
const noHint = { leastMs: 0, mostMs: 61_000 };
const capped = { leastMs: hourMs, mostMs: hourMs };
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

const odds: readonly Odd[] = [
  { what: '3', value: () => '3', leastMs: 3_000, mostMs: 3_000 },
  // A date has whole seconds only.
  { what: 'a date in 5 s', value: () => inSeconds(5), leastMs: 3_500, mostMs: 5_000 },
  { what: 'a date in the past', value: () => inSeconds(-3_600), ...noHint },
  { what: 'nothing', value: () => undefined, ...noHint },
  { what: '0', value: () => '0', ...noHint },
  { what: '-5', value: () => '-5', ...noHint },
  { what: 'soon', value: () => 'soon', ...noHint },
  // The standard allows no such number of seconds. An adapter can still read it, up to the limit.
  { what: '1e9', value: () => '1e9', leastMs: 0, mostMs: hourMs },
  { what: '99999999999999999999', value: () => '99999999999999999999', ...capped },
  { what: 'a date in 2099', value: () => 'Wed, 21 Oct 2099 07:28:00 GMT', ...capped },
];

interface Limited {
  readonly open: () => Promise<
    Destination & { readonly settings: Readonly<Record<string, string>>; close(): Promise<void> }
  >;
  /** The setting with its address. */
  readonly address: string;
  readonly refusal: Omit<Limit, 'retryAfter'>;
}

const destinations: readonly Limited[] = [
  { open: () => openCrm(), address: 'REFERENCE_URL', refusal: { status: 429, body: {} } },
  {
    open: () => openSalesforce(true),
    address: 'SALESFORCE_LOGIN_URL',
    refusal: { status: 503, body: [{ errorCode: 'SERVER_UNAVAILABLE', message: 'Server unavailable.' }] },
  },
  {
    open: () => openHubspot(true),
    address: 'HUBSPOT_BASE_URL',
    refusal: rateLimited('TEN_SECONDLY_ROLLING'),
  },
];

describe('12 odd Retry-After values', () => {
  for (const { open, address, refusal } of destinations) {
    fault(`12 odd Retry-After values, by ${address}`, async (scene) => {
      const crm = await open();
      scene.finally(() => crm.close());
      const door = await openLimitingDoor(crm.settings[address] ?? '');
      scene.finally(() => door.close());
      const settings = { ...crm.settings, [address]: door.url, ADAPTERS: `sql,${crm.name}` };
      const pausedUntilMs = (): Promise<number> =>
        reading(scene.databaseUrl, async ({ knex }) => {
          const row = await knex('destinations').where({ name: crm.name }).first<{ paused_until: number }>();
          return row.paused_until;
        });
      let token = '';
      for (const [index, { what, value, leastMs, mostMs }] of odds.entries()) {
        const receiver = scene.start(settings);
        const url = await receiver.ready();
        token ||= await scene.token(url);
        const send = (name: string) =>
          sendAll(callPushes(name, 5), 1, scene.answers, (push) => post(url, token, push));
        // A landing resets the count of pauses, so that each value affects the first pause.
        await send(`before-${index}`);
        await scene.balance({ at: [crm] });
        const before = door.refusedAtMs.length;
        const retryAfter = value();
        door.limit = { ...refusal, retryAfter };
        await send(`limited-${index}`);
        while ((await pausedUntilMs()) === 0) await sleep(20);
        const untilMs = await pausedUntilMs();
        const atMs = door.refusedAtMs[before] ?? NaN;
        const pauseMs = untilMs - atMs;
        let asked = '';
        if (leastMs > 0 && mostMs < 10_000) {
          const refused = door.refusedAtMs.length;
          while (door.refusedAtMs.length === refused) await sleep(20);
          const againMs = (door.refusedAtMs[refused] ?? 0) - atMs;
          asked = `, next request after ${againMs} ms`;
          expect(againMs, what).toBeGreaterThanOrEqual(leastMs);
        }
        door.limit = undefined;
        receiver.child.kill('SIGTERM');
        await receiver.exited;
        scene.did(`Retry-After ${what}: no request for ${(pauseMs / 1000).toFixed(1)} s${asked}`);
        expect(pauseMs, what).toBeGreaterThanOrEqual(leastMs);
        // The pause counts from the time at which the answer was read.
        expect(pauseMs, what).toBeLessThanOrEqual(mostMs + 1_500);
      }
      await scene.start(settings).ready();
      await scene.balance({ at: [crm] });
    });
  }
});
