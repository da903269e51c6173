import { describe, expect, it } from 'vitest';
import type { FaultScope, SalesforceFault } from './stand-in/salesforce-stand-in.ts';
import { annsNumber, callFrom, next, openOrg } from './org-under-test.ts';

const faults: readonly SalesforceFault[] = [
  { name: 'reset before the write' },
  { name: 'reset after the write' },
  { name: 'reset in the middle of the write' },
  { name: 'reset in the middle of the answer' },
  { name: 'headers then silence' },
  { name: 'silence' },
  { name: 'slow answer', delayMs: 1_000 },
  { name: 'html' },
  { name: 'wrong length' },
  { name: 'empty answer' },
  { name: 'redirect' },
  { name: 'session refused' },
  { name: 'unavailable' },
  { name: 'unknown exception' },
  { name: 'too many requests', retryAfterMs: 1_000 },
  { name: 'limit exceeded', limit: 'TotalRequests' },
  { name: 'limit exceeded', limit: 'ConcurrentRequests' },
  { name: 'forbidden', errorCode: 'API_CURRENTLY_DISABLED' },
  { name: 'forbidden', errorCode: 'STORAGE_LIMIT_EXCEEDED' },
  { name: 'item refused', statusCode: 'UNABLE_TO_LOCK_ROW' },
  { name: 'item refused', statusCode: 'STORAGE_LIMIT_EXCEEDED' },
];

const ways = [
  { way: 'with the key field', settings: {}, org: {} },
  {
    way: 'without the key field',
    settings: { SALESFORCE_KEY: 'callobject' },
    org: { missingFields: ['Task.Jet_Call_Session_Id__c'] as const },
  },
];

const cases = ways.flatMap(({ way, settings, org }) =>
  faults.map((fault) => ({ way, settings, org, fault, title: wordsOf(fault) })),
);

/** How many requests of a kind in a row each fault affects. */
const strikes = [1, 2];

describe.each(cases)('$title, $way', ({ fault, settings, org: options }) => {
  it.each(strikes)('a fault that hits a write %i times leaves one task for each call', async (times) => {
    const { org, landInTheEnd, tasks } = await openOrg(settings, options);
    org.stage(fault, { on: 'create', times });
    const batch = [1, 2, 3, 4].map((at) => callFrom(`+6149157015${at}`, {}, `call-${at}`));
    const landed = await landInTheEnd(batch);
    const objects = tasks().map((task) => task.CallObject);
    expect(objects.sort()).toEqual(['jet:call-1', 'jet:call-2', 'jet:call-3', 'jet:call-4']);
    // Each call is remembered under its own task.
    for (const { id, remoteId } of landed) expect(org.record(remoteId ?? '')?.CallObject).toBe(`jet:${id}`);
  });

  it.each(strikes)('a fault that hits a new lead %i times leaves one task and one lead', async (times) => {
    const { org, landInTheEnd, task } = await openOrg(
      { ...settings, SALESFORCE_UNMATCHED: 'create' },
      options,
    );
    org.stage(fault, { on: 'create', times });
    await landInTheEnd([callFrom(annsNumber)]);
    const [lead, ...more] = org.records('Lead');
    expect(more).toEqual([]);
    expect(task().WhoId).toBe(lead?.Id);
  });
});

describe.each(faults.map((fault) => ({ fault, title: wordsOf(fault) })))('$title', ({ fault }) => {
  it('a fault that hits a search leaves one task on the right person', async () => {
    const { org, landInTheEnd, task } = await openOrg();
    const ann = org.add('Contact', { LastName: 'Ann', Phone: annsNumber });
    org.stage(fault, { on: 'search' });
    await landInTheEnd([callFrom(annsNumber)]);
    expect(task()).toMatchObject({ WhoId: ann });
  });

  it('a fault that hits an update leaves one task that shows the end of the call', async () => {
    const { org, land, landInTheEnd, task } = await openOrg();
    const call = callFrom(annsNumber, { duration_seconds: 10 });
    const [landed] = await land(call);
    org.stage(fault, { on: ['query', 'update'] satisfies FaultScope });
    await landInTheEnd([next(call, landed, { duration_seconds: 20 })]);
    expect(task()).toMatchObject({ CallDurationInSeconds: 20 });
  });
});

describe('a token endpoint', () => {
  it.each(
    faults.filter(({ name }) => name !== 'item refused' && name !== 'forbidden' && name !== 'limit exceeded'),
  )('a token endpoint that fails ($name) only delays the call', async (fault) => {
    const { org, landInTheEnd, tasks } = await openOrg();
    org.stage(fault, { on: 'token' });
    await landInTheEnd([callFrom(annsNumber)]);
    expect(tasks()).toHaveLength(1);
  });
});

function wordsOf(fault: SalesforceFault): string {
  if (fault.name === 'limit exceeded') return `${fault.name} (${fault.limit})`;
  if (fault.name === 'forbidden') return `${fault.name} (${fault.errorCode})`;
  return fault.name === 'item refused' ? `${fault.name} (${fault.statusCode})` : fault.name;
}
