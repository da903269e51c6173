import { afterEach, describe, expect, it } from 'vitest';
import { faultNames, type Fault, type FaultName } from '../../../../test/adapter-kit/subject.ts';
import { openHubspotKitStandIn } from './kit-stand-in.ts';
import { calls, contacts, keyProperty, newCall, searchFor } from './stand-in-under-test.ts';

type KitStandIn = Awaited<ReturnType<typeof openHubspotKitStandIn>>;

const opened: KitStandIn[] = [];

async function open(): Promise<KitStandIn> {
  const standIn = await openHubspotKitStandIn({ keyProperty });
  opened.push(standIn);
  return standIn;
}

afterEach(async () => {
  for (const standIn of opened.splice(0)) await standIn.close();
});

/** Sends a batch of new calls as an adapter with these settings would. Returns the status, or the failure. */
async function create(
  { settings }: KitStandIn,
  keys: readonly string[],
  given: { path?: string; body?: unknown; signal?: AbortSignal; properties?: Record<string, string> } = {},
): Promise<Response | 'failed'> {
  const { path = `${calls}/batch/create`, signal, properties } = given;
  const body = given.body ?? { inputs: keys.map((key) => newCall(key, properties)) };
  return fetch(String(settings.HUBSPOT_BASE_URL) + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${String(settings.HUBSPOT_ACCESS_TOKEN)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  }).catch(() => 'failed' as const);
}

async function statusUnder(
  fault: Fault,
): Promise<{ status: number | 'failed'; headers?: Headers; landed: number }> {
  const standIn = await open();
  await standIn.stage(fault);
  const answer = await create(standIn, ['a']);
  const landed = (await standIn.records()).length;
  return answer === 'failed'
    ? { status: answer, landed }
    : { status: answer.status, headers: answer.headers, landed };
}

describe('the stand-in HubSpot under the adapter kit', () => {
  it('the stand-in HubSpot shows by its key what landed, with the duration in seconds', async () => {
    const standIn = await open();
    await create(standIn, ['a'], { properties: { hs_call_duration: '192000' } });
    const [call] = standIn.hubspot.records('calls');
    expect(await standIn.records()).toMatchObject([{ key: 'a', remoteId: call?.id, durationSeconds: 192 }]);
  });

  it('the stand-in HubSpot can refuse credentials', async () => {
    expect(await statusUnder({ name: 'refused credentials' })).toMatchObject({ status: 401, landed: 0 });
  });

  it('the stand-in HubSpot can ask to slow down, and says for how long', async () => {
    const { status, headers } = await statusUnder({ name: 'a request to slow down', retryAfterMs: 7_000 });
    expect([status, headers?.get('retry-after')]).toEqual([429, '7']);
  });

  it('the stand-in HubSpot can answer with a server error', async () => {
    expect(await statusUnder({ name: 'a server error' })).toMatchObject({ status: 500, landed: 0 });
  });

  it('the stand-in HubSpot can lose its reply after a write, and answers requests that only read', async () => {
    const standIn = await open();
    await standIn.stage({ name: 'a reply lost after the write' });
    expect(await create(standIn, ['a'])).toBe('failed');
    expect(await standIn.records()).toHaveLength(1);
    expect(await create(standIn, [], { path: `${contacts}/search`, body: searchFor() })).toMatchObject({
      status: 200,
    });
  });

  it('the stand-in HubSpot can refuse one record and accept the others', async () => {
    const standIn = await open();
    await standIn.stage({ name: 'one refused record', key: 'b', callId: 'call-b' });
    expect(await create(standIn, ['a', 'b', 'c'])).toMatchObject({ status: 207 });
    expect((await standIn.records()).map(({ key }) => key)).toEqual(['a', 'c']);
  });

  it.each([{ name: 'silence' }, { name: 'slowness', delayMs: 60_000 }] as const)(
    'the stand-in HubSpot does not answer and does nothing in $name',
    async (fault) => {
      const standIn = await open();
      await standIn.stage(fault);
      const controller = new AbortController();
      const asked = create(standIn, ['a'], { signal: controller.signal });
      while (standIn.hubspot.requests().length === 0) await new Promise((turn) => setTimeout(turn, 5));
      expect(standIn.hubspot.requests()[0]?.status).toBeUndefined();
      controller.abort();
      expect([await asked, await standIn.records()]).toEqual(['failed', []]);
    },
  );

  it('the stand-in HubSpot behaves again once no fault is staged', async () => {
    const standIn = await open();
    for (const name of ['a server error', 'one refused record'] as const)
      await standIn.stage(name === 'one refused record' ? { name, key: 'a', callId: 'a' } : { name });
    await standIn.stage(undefined);
    expect(await create(standIn, ['a'])).toMatchObject({ status: 201 });
  });

  it.each(faultNames)('the stand-in HubSpot can stage %s', async (name) => {
    const standIn = await open();
    await standIn.stage(faults[name]);
    const controller = new AbortController();
    const asked = create(standIn, ['a', 'b'], { signal: controller.signal });
    while (standIn.hubspot.requests().length === 0) await new Promise((turn) => setTimeout(turn, 5));
    if (name === 'silence') controller.abort();
    await asked;
    const refused = (await standIn.records()).length === 1;
    expect([standIn.hubspot.requests()[0]?.faulty, refused]).toContain(true);
  });
});

const faults: Readonly<Record<FaultName, Fault>> = {
  'refused credentials': { name: 'refused credentials' },
  'a request to slow down': { name: 'a request to slow down', retryAfterMs: 1_000 },
  'a server error': { name: 'a server error' },
  silence: { name: 'silence' },
  'a reply lost after the write': { name: 'a reply lost after the write' },
  'one refused record': { name: 'one refused record', key: 'a', callId: 'call-a' },
  slowness: { name: 'slowness', delayMs: 20 },
};
