import { afterEach, describe, expect, it } from 'vitest';
import { hubspot } from '../index.ts';
import type { HubspotConfig } from '../config.ts';
import { versioned } from '../api/transport.ts';
import { sampleKinds } from '../../../src/cli/adapter/sample-calls.ts';
import { deliveryOf, previewNowMs } from '../../../test/adapter-kit/kit-deliveries.ts';
import {
  afterwards,
  callFrom,
  callsFromNumbers,
  mobileNumber,
  openPortal,
  type PortalUnderTest,
} from './portal-under-test.ts';

let test: PortalUnderTest;
afterEach(() => test.close());

/** The inputs of every received create. */
function created(): {
  properties: Record<string, string>;
  associations: unknown;
  objectWriteTraceId: string;
}[] {
  return test.portal
    .requests('calls.create')
    .flatMap(({ body }) => (body as { inputs: ReturnType<typeof created> }).inputs);
}

describe('the requests to HubSpot', () => {
  it.each(sampleKinds)('the requests to HubSpot hold what preview shows, for the sample %s', async (kind) => {
    test = await openPortal();
    const delivery = deliveryOf(kind);
    await test.deliver([delivery]);
    expect(created().map(({ properties }) => properties)).toEqual([
      hubspot.preview(delivery, test.config as HubspotConfig, previewNowMs),
    ]);
  });

  it('each row carries a different trace id, and empty associations without a person', async () => {
    test = await openPortal();
    const batch = callsFromNumbers(2);
    await test.deliver(batch);
    expect(created().map(({ objectWriteTraceId }) => objectWriteTraceId)).toEqual(
      batch.map(({ idempotencyKey }) => idempotencyKey),
    );
    expect(created().map(({ associations }) => associations)).toEqual([[], []]);
  });

  it('the requests to HubSpot use one connection, one at a time', async () => {
    test = await openPortal();
    await test.deliver(callsFromNumbers(150));
    const sockets = test.portal.requests().map(({ socket }) => socket);
    expect(sockets).toEqual(['fresh', ...sockets.slice(1).map(() => 'reused')]);
  });

  it.each([
    ['Australian', 50, (index: number) => `+61412${String(index).padStart(6, '0')}`],
    ['American', 48, (index: number) => `+1212555${String(index).padStart(4, '0')}`],
    ['British', 46, (index: number) => `+447911${123_000 + index}`],
    ['German', 43, (index: number) => `+49151123${45_000 + index}`],
  ] as const)(
    'one request under 3,000 characters searches %s numbers by %i',
    async (_whose, size, numberOf) => {
      test = await openPortal();
      await test.deliver(
        Array.from({ length: size * 2 }, (_none, at) => callFrom(numberOf(at), `call-${at}`)),
      );
      const bodies = test.portal.requests('contacts.search').map(({ body }) => JSON.stringify(body));
      expect(bodies).toHaveLength(2);
      expect(Math.max(...bodies.map(({ length }) => length))).toBeLessThan(3_000);
    },
  );

  it.each(['2026-03', '2026-09'])(
    'the requests to HubSpot use the paths of version %s, including recoveries and updates',
    async (version) => {
      const contacts = [{ id: '9001', properties: { phone: mobileNumber(0) } }];
      const settings = {
        HUBSPOT_API_VERSION: version,
        HUBSPOT_UNMATCHED: 'create',
        HUBSPOT_OWNERS: '204=a@example.com',
      };
      test = await openPortal({ contacts }, settings);
      const batch = callsFromNumbers(2);
      test.portal.stage('reset after the write', { on: 'calls.create' });
      const landed = await test.settle(batch);
      await test.deliver(
        batch.map((delivery) => afterwards(delivery, landed.get(delivery.id), { duration_seconds: 9 })),
      );
      test.portal.stage('500', { on: 'calls.create' });
      await test.settle([callFrom(mobileNumber(0), 'another')]);
      expect(Object.keys(test.portal.counts())).toEqual(
        expect.arrayContaining([
          'owners.list',
          'contacts.upsert',
          'calls.upsert',
          'calls.update',
          'associations.default',
        ]),
      );
      expect([...new Set(test.portal.requests().map(({ apiVersion }) => apiVersion))]).toEqual([version]);
      expect(test.portal.records('calls')).toHaveLength(3);
    },
  );

  it('an address without a known version stays unchanged', async () => {
    test = await openPortal();
    expect(versioned('https://api.hubapi.com/crm/v3/objects/calls/batch/create', 'v3')).toBe(
      'https://api.hubapi.com/crm/v3/objects/calls/batch/create',
    );
    expect(versioned('https://api.hubapi.com/crm/v3/owners?limit=1', '2026-03')).toBe(
      'https://api.hubapi.com/crm/owners/2026-03?limit=1',
    );
    expect(versioned('https://api.hubapi.com/crm/v3/owners/?limit=1', '2026-03')).toBe(
      'https://api.hubapi.com/crm/owners/2026-03/?limit=1',
    );
  });
});

describe('a connection', () => {
  it('a used connection that becomes silent is abandoned at the deadline, and the call lands', async () => {
    test = await openPortal({}, { HUBSPOT_TIMEOUT: '500ms' });
    await test.settle([callFrom(mobileNumber(0), 'first')]);
    test.portal.stage('silence after the write', { on: 'calls.create', socket: 'reused' });
    const second = callFrom(mobileNumber(1), 'second');
    await test.settle([second]);
    expect(test.portal.requests('calls.create').filter(({ faulty }) => faulty)).toHaveLength(1);
    expect(test.callsOf(second)).toHaveLength(1);
  });

  it.each(['reset in the body', 'end in the body'] as const)(
    'a connection that ends in the middle of an answer is noticed at once, not at the deadline: %s',
    async (fault) => {
      test = await openPortal({}, { HUBSPOT_TIMEOUT: '15s' });
      test.portal.stage(fault, { on: 'calls.create' });
      const batch = callsFromNumbers(1);
      const answer = await test.deliver(batch, AbortSignal.timeout(10_000));
      expect(answer.get('call-0')).toMatchObject({ kind: 'delivered' });
    },
  );

  it('the client never follows a redirect', async () => {
    test = await openPortal();
    test.portal.stage('302', { on: 'calls.create' });
    await test.settle(callsFromNumbers(1));
    expect(test.portal.requests('elsewhere')).toEqual([]);
    expect(test.portal.records('calls')).toHaveLength(1);
  });

  it('the library itself retries no request', async () => {
    test = await openPortal();
    test.portal.stage('500', { on: 'calls.create', times: 2 });
    await test.settle(callsFromNumbers(1));
    expect(test.portal.counts()['calls.create']).toBe(1);
  });
});

describe('a crash during a write', () => {
  it('a crash during a write causes no duplicate, whatever was written', async () => {
    test = await openPortal();
    const batch = callsFromNumbers(6);
    test.portal.stage('reset in the write', { on: 'calls.create' });
    test.portal.stage('silence', { on: 'calls.read' });
    await test.deliver(batch, AbortSignal.timeout(500)).catch(() => undefined);
    await test.restart();
    // The core counts no attempt of a process that was killed.
    const answer = await test.deliver(batch);
    expect([...answer.values()].map(({ kind }) => kind)).toEqual(batch.map(() => 'delivered'));
    for (const delivery of batch) expect(test.callsOf(delivery)).toHaveLength(1);
  });

  it.each(['validation', 'conflict'] as const)(
    'the unique key detects a crash during a write, refused as %s',
    async (uniqueConflict) => {
      test = await openPortal({ uniqueConflict });
      const batch = callsFromNumbers(3);
      await test.deliver(batch);
      await test.restart();
      await test.deliver(batch);
      expect(test.portal.records('calls')).toHaveLength(3);
    },
  );

  it.each(['validation', 'conflict'] as const)(
    'the unique key detects a crash when a batch is refused as a whole, refused as %s',
    async (uniqueConflict) => {
      test = await openPortal({ uniqueConflict, partial: [] });
      const batch = callsFromNumbers(3);
      await test.deliver(batch.slice(0, 1));
      await test.restart();
      await test.deliver(batch);
      expect(test.portal.records('calls')).toHaveLength(3);
    },
  );
});

describe('the figures of HubSpot', () => {
  it('the figures of HubSpot show which share of the daily requests is used up', async () => {
    test = await openPortal({ limits: { daily: 1000 } });
    await test.deliver(callsFromNumbers(1));
    expect(test.figures.get('api_budget_used_ratio')).toBeGreaterThan(0);
    expect(test.figures.get('api_budget_used_ratio')).toBeLessThan(0.01);
  });
});
