import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { hubspotFaults, type HubspotFaultName } from './faults.ts';
import {
  calls,
  contacts,
  keyed,
  newCall,
  searchFor,
  standIns,
  type StandInUnderTest,
} from './stand-in-under-test.ts';

const open = standIns();
const create = `${calls}/batch/create`;
const three = { inputs: ['a', 'b', 'c'].map((key) => newCall(key)) };

/** The client's view of a create of three calls, and the number of calls that exist afterwards. */
async function creating(
  hubspot: StandInUnderTest,
  fault: HubspotFaultName,
): Promise<{ status: number | 'failed'; body: string; headers: Headers; written: number }> {
  hubspot.stage(fault);
  const controller = new AbortController();
  const waits = ['silence', 'body stall'].includes(hubspotFaults[fault].reply.kind);
  const asked = sendThree(hubspot, controller.signal);
  if (waits) void abortOnceSeen(hubspot, controller);
  try {
    const answer = await asked;
    const { status, headers } = answer;
    const body = await answer.text();
    return { status, body, headers, written: hubspot.records('calls').length };
  } catch {
    return { status: 'failed', body: '', headers: new Headers(), written: hubspot.records('calls').length };
  }
}

function sendThree(hubspot: StandInUnderTest, signal: AbortSignal): Promise<Response> {
  return fetch(hubspot.url + create, {
    method: 'POST',
    headers: { authorization: `Bearer ${hubspot.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(three),
    redirect: 'manual',
    signal,
  });
}

async function abortOnceSeen(hubspot: StandInUnderTest, controller: AbortController): Promise<void> {
  await vi.waitUntil(() => hubspot.requests('calls.create').length === 1, { timeout: 120_000 });
  await sleep(50);
  controller.abort();
}

/** For each fault, the status that the client sees (or none), and how many of three calls exist. */
const seen: Readonly<Record<HubspotFaultName, readonly [number | 'failed', number]>> = {
  '429 rolling': [429, 0],
  '429 rolling with Retry-After': [429, 0],
  '429 secondly': [429, 0],
  '429 secondly with Retry-After': [429, 0],
  '429 daily': [429, 0],
  '429 daily with Retry-After': [429, 0],
  '423 locked': [423, 0],
  '477 migration': [477, 0],
  '500': [500, 0],
  '500 after the write': [500, 3],
  '500 in the write': [500, 2],
  '502 HTML': [502, 0],
  '502 HTML after the write': [502, 3],
  '502 without content type': [502, 0],
  '502 without content type after the write': [502, 3],
  '503 empty': [503, 0],
  '503 empty after the write': [503, 3],
  '504': [504, 0],
  '504 after the write': [504, 3],
  'reset before the write': ['failed', 0],
  'reset in the write': ['failed', 2],
  'reset after the write': ['failed', 3],
  'reset in the body': ['failed', 3],
  'end in the body': ['failed', 3],
  'truncated answer': [201, 3],
  'body stall': ['failed', 3],
  silence: ['failed', 0],
  'silence after the write': ['failed', 3],
  slow: [201, 3],
  '200': [200, 3],
  '202': [202, 3],
  '302': [302, 0],
  '207 with a row missing, written': [207, 3],
  '207 with a row missing, not written': [207, 2],
  'results in another order': [201, 3],
  '200 HTML': [200, 0],
  '200 HTML after the write': [200, 3],
};

describe('a staged fault', () => {
  it.each(Object.entries(seen) as [HubspotFaultName, readonly [number | 'failed', number]][])(
    'the fault "%s" answers and writes as documented: %j',
    async (fault, expected) => {
      const { status, written } = await creating(await open(), fault);
      expect([status, written]).toEqual(expected);
    },
  );

  it.each(['429 rolling', '429 secondly', '429 daily'] as const)(
    'the fault "%s" names its policy',
    async (fault) => {
      const policy = {
        '429 rolling': 'TEN_SECONDLY_ROLLING',
        '429 secondly': 'SECONDLY',
        '429 daily': 'DAILY',
      }[fault];
      expect((await creating(await open(), fault)).body).toContain(`"policyName":"${policy}"`);
    },
  );

  it.each([
    ['429 rolling', null],
    ['429 rolling with Retry-After', '7'],
    ['429 secondly with Retry-After', '2'],
    ['429 daily with Retry-After', '3600'],
    ['477 migration', '3600'],
  ] as const)('the fault "%s" asks to wait for %s', async (fault, seconds) => {
    expect((await creating(await open(), fault)).headers.get('retry-after')).toBe(seconds);
  });

  it.each([
    ['502 HTML', 'text/html'],
    ['502 without content type', null],
    ['503 empty', 'application/json'],
    ['200 HTML', 'text/html'],
  ] as const)('the fault "%s" has the content type %s', async (fault, type) => {
    expect((await creating(await open(), fault)).headers.get('content-type')).toBe(type);
  });

  it('the fault "503 empty" has no body', async () => {
    expect((await creating(await open(), '503 empty')).body).toBe('');
  });

  it('the fault "truncated answer" is not JSON', async () => {
    const { body } = await creating(await open(), 'truncated answer');
    expect(() => JSON.parse(body) as unknown).toThrow(SyntaxError);
  });

  it.each([
    ['207 with a row missing, written', ['b', 'c']],
    ['207 with a row missing, not written', ['b', 'c']],
    ['results in another order', ['c', 'b', 'a']],
    ['200', ['a', 'b', 'c']],
  ] as const)('the fault "%s" returns the results %j', async (fault, keys) => {
    const { body } = await creating(await open(), fault);
    const { results, errors } = JSON.parse(body) as {
      results: { properties: { jet_call_key: string } }[];
      errors: unknown;
    };
    expect([results.map(({ properties }) => properties.jet_call_key), errors]).toEqual([keys, undefined]);
  });

  it('the fault "302" leads to an answer that looks like success', async () => {
    const hubspot = await open();
    hubspot.stage('302');
    const { status, body } = await hubspot.post(create, three);
    expect([status, body.status, hubspot.counts().elsewhere]).toEqual([200, 'COMPLETE', 1]);
  });

  it('the fault "slow" does nothing for a client that has disconnected', async () => {
    const hubspot = await open();
    // The second fault passes the time until the first has waited.
    for (const delayMs of [150, 300]) hubspot.stage({ reply: { kind: 'slow', delayMs } });
    const controller = new AbortController();
    const asked = sendThree(hubspot, controller.signal);
    await abortOnceSeen(hubspot, controller);
    await expect(asked).rejects.toThrow();
    await hubspot.ask('GET', contacts);
    expect(hubspot.records('calls')).toEqual([]);
  });

  it('a staged fault does not turn a refusal into a success', async () => {
    const hubspot = await open();
    hubspot.stage('200');
    expect((await hubspot.post(create, { inputs: [] })).status).toBe(400);
  });

  it('a client can repeat an upsert that a staged fault interrupted', async () => {
    const hubspot = await open();
    hubspot.stage('500 in the write');
    const body = { inputs: [keyed('a'), keyed('b'), keyed('c')] };
    await hubspot.post(`${calls}/batch/upsert`, body);
    const { body: second } = await hubspot.post(`${calls}/batch/upsert`, body);
    expect(second.results.map((result) => result.new)).toEqual([false, false, true]);
  });
});

describe('the aim of a fault', () => {
  it('a fault hits only the next request by default', async () => {
    const hubspot = await open();
    hubspot.stage('500');
    const statuses = [await hubspot.ask('GET', contacts), await hubspot.ask('GET', contacts)];
    expect(statuses.map(({ status }) => status)).toEqual([500, 200]);
  });

  it('a fault can hit one kind of request', async () => {
    const hubspot = await open();
    hubspot.stage('500', { on: 'calls.create' });
    expect((await hubspot.post(`${contacts}/search`, searchFor())).status).toBe(200);
    expect((await hubspot.post(create, three)).status).toBe(500);
  });

  it('a fault can hit one of several kinds of request', async () => {
    const hubspot = await open();
    hubspot.stage('500', { on: ['calls.update', 'calls.create'] });
    expect((await hubspot.post(create, three)).status).toBe(500);
  });

  it('a fault can hit a given number of requests', async () => {
    const hubspot = await open();
    hubspot.stage('500', { times: 2 });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await hubspot.ask('GET', contacts)).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('a fault can hit every request until it is removed', async () => {
    const hubspot = await open();
    hubspot.stage('500', { times: Infinity });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await hubspot.ask('GET', contacts)).status);
    hubspot.unstage();
    statuses.push((await hubspot.ask('GET', contacts)).status);
    expect(statuses).toEqual([500, 500, 500, 200]);
  });

  it('a fault comes after another one that was staged before', async () => {
    const hubspot = await open();
    hubspot.stage('500');
    hubspot.stage('504');
    const statuses = [await hubspot.ask('GET', contacts), await hubspot.ask('GET', contacts)];
    expect(statuses.map(({ status }) => status)).toEqual([500, 504]);
  });

  it('a fault can hit a connection that is used again', async () => {
    const hubspot = await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    hubspot.stage('500', { socket: 'reused' });
    expect([await statusOn(hubspot, agent), await statusOn(hubspot, agent)]).toEqual([200, 500]);
    expect(hubspot.requests().map(({ socket }) => socket)).toEqual(['fresh', 'reused']);
    agent.destroy();
  });

  it('a fault can hit a fresh connection', async () => {
    const hubspot = await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await statusOn(hubspot, agent);
    hubspot.stage('500', { socket: 'fresh' });
    expect(await statusOn(hubspot, agent)).toBe(200);
    expect(await statusOn(hubspot, new Agent())).toBe(500);
    agent.destroy();
  });
});

describe('the named faults', () => {
  it('every named fault is tested above', () => {
    expect(Object.keys(seen).sort()).toEqual(Object.keys(hubspotFaults).sort());
  });
});

function statusOn(hubspot: StandInUnderTest, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${hubspot.token}` };
    const sent = request(hubspot.url + contacts, { agent, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject).end();
  });
}
