import { describe, expect, it } from 'vitest';
import type { Delivery, Outcome } from '../../../src/contract/index.ts';
import { DestinationUnavailable } from '../../../src/contract/index.ts';
import { hubspotFaults, type HubspotFaultName } from './stand-in/faults.ts';
import type { RequestKind } from './stand-in/request-kind.ts';
import {
  afterwards,
  callsFromNumbers,
  inPortal,
  mobileNumber,
  type PortalUnderTest,
} from './portal-under-test.ts';

const names = Object.keys(hubspotFaults) as HubspotFaultName[];
const contacts = [0, 1, 2].map((index) => ({
  id: String(9001 + index),
  properties: { phone: mobileNumber(index), associatedcompanyid: '7001' },
}));
const companies = [{ id: '7001', properties: { name: 'Acme' } }];

/** Only the adapter's own deadline ends these faults. */
const silent: readonly HubspotFaultName[] = ['silence', 'silence after the write', 'body stall'];
const loud = names.filter((name) => !silent.includes(name));

/** Works in a portal of its own, whose silence ends soon. */
function withFault(name: HubspotFaultName, work: (test: PortalUnderTest) => Promise<void>): Promise<void> {
  const settings = silent.includes(name) ? { HUBSPOT_TIMEOUT: '2s' } : {};
  return inPortal([{ contacts, companies }, settings], work);
}

/** The result of the first `deliver`, in a word. */
async function firstAnswer(test: PortalUnderTest, batch: readonly Delivery[]): Promise<string> {
  try {
    return [...new Set([...(await test.deliver(batch)).values()].map(wordOf))].join(', ');
  } catch (error) {
    if (!(error instanceof DestinationUnavailable)) throw error;
    return `paused ${error.retryAfterMs ?? 'by backoff'}`;
  }
}

function wordOf(outcome: Outcome): string {
  return outcome.kind === 'retry' ? `retry ${outcome.code}` : outcome.kind;
}

function expectOneEach(test: PortalUnderTest, batch: readonly Delivery[]): void {
  expect(test.portal.records('calls')).toHaveLength(batch.length);
  for (const [index, delivery] of batch.entries()) {
    const [call, ...more] = test.callsOf(delivery);
    expect(more).toEqual([]);
    expect(call).toMatchObject({ contacts: [String(9001 + index)], companies: ['7001'] });
  }
}

/** The immediate result of a batch whose only create meets a fault. */
const atOnce: Readonly<Partial<Record<HubspotFaultName, string>>> = {
  '429 rolling': 'paused 10000',
  '429 rolling with Retry-After': 'paused 7000',
  '429 secondly': 'paused 1000',
  '429 secondly with Retry-After': 'paused 2000',
  '429 daily': 'paused 3600000',
  '429 daily with Retry-After': 'paused 3600000',
  '423 locked': 'paused 2000',
  '477 migration': 'paused 3600000',
};

/** Meets a fault in a create. */
function create(name: HubspotFaultName): Promise<void> {
  return withFault(name, async (test) => {
    const batch = callsFromNumbers(3);
    test.portal.stage(name, { on: 'calls.create' });
    const answer = await firstAnswer(test, batch);
    // The test does not depend on the length of a deadline.
    if (!silent.includes(name)) expect(answer).toBe(atOnce[name] ?? 'delivered');
    await test.settle(batch);
    expectOneEach(test, batch);
  });
}

/** Meets a fault in a request that follows a lost create. */
function recover(name: HubspotFaultName, kind: RequestKind): Promise<void> {
  return withFault(name, async (test) => {
    const batch = callsFromNumbers(3);
    test.portal.stage('reset in the write', { on: 'calls.create' });
    test.portal.stage(name, { on: kind });
    await test.settle(batch);
    expectOneEach(test, batch);
  });
}

/** Meets a fault in an update, and expects the last duration in each call. */
function update(name: HubspotFaultName): Promise<void> {
  return withFault(name, async (test) => {
    const batch = callsFromNumbers(3);
    const landed = await test.settle(batch);
    const later = batch.map((delivery) =>
      afterwards(delivery, landed.get(delivery.id), { duration_seconds: 300 }),
    );
    test.portal.stage(name, { on: 'calls.update' });
    await test.settle(later);
    expectOneEach(test, batch);
    for (const { properties } of test.portal.records('calls'))
      expect(properties.hs_call_duration).toBe('300000');
  });
}

/** Meets a fault in a request that comes before the writes. */
function read(name: HubspotFaultName, kind: RequestKind): Promise<void> {
  return withFault(name, async (test) => {
    const batch = callsFromNumbers(3);
    test.portal.stage(name, { on: kind });
    await test.settle(batch);
    expectOneEach(test, batch);
  });
}

const recoveries: readonly RequestKind[] = ['calls.read', 'calls.upsert', 'associations.default'];
const reads: readonly RequestKind[] = ['contacts.search', 'properties.list'];

describe('a create with a fault', () => {
  it.each(loud)(
    'a create that meets this fault leaves one engagement for each call, on its contact and company: %s',
    create,
  );
});

describe.each(recoveries)('a recovery with a fault in its %s', (kind) => {
  it.each(loud)(
    'a recovery that meets this fault leaves one engagement for each call, on its contact and company: %s',
    (name) => recover(name, kind),
  );
});

describe('an update with a fault', () => {
  it.each(loud)('an update that meets this fault leaves one call with the last duration: %s', update);
});

describe.each(reads)('a %s with a fault', (kind) => {
  // A search has no input rows that could be missing.
  it.each(loud.filter((name) => !name.includes('row missing')))(
    'a request that meets this fault leaves one engagement for each call, on its contact and company: %s',
    (name) => read(name, kind),
  );
});

// Each waits for a deadline, so they wait beside each other.
describe.concurrent.each(silent)('the fault "%s", which only a deadline ends', (name) => {
  it('a create that only a deadline ends leaves one engagement for each call', () => create(name));
  it('an update that only a deadline ends leaves one engagement with the last duration', () => update(name));
  it.each(recoveries)(
    'the %s of a recovery that only a deadline ends leaves one engagement for each call',
    (kind) => recover(name, kind),
  );
  it.each(reads)('a %s that only a deadline ends leaves one engagement for each call', (kind) =>
    read(name, kind),
  );
});
