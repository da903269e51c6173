import { afterEach, describe, expect, it } from 'vitest';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

let receiver: RunningReceiver;
afterEach(() => receiver.close());

interface Line {
  readonly msg: string;
  readonly code?: string;
  readonly address?: string;
  readonly count?: number;
}

/** Sends 300 requests, 20 at a time. Returns the duration in milliseconds. */
async function flood(send: (number: number) => Promise<Response>): Promise<number> {
  const startedMs = performance.now();
  for (let round = 0; round < 15; round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_none, index) => send(round * 20 + index)));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  }
  return performance.now() - startedMs;
}

const linesOf = (message: string): Line[] =>
  receiver.logLines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === message);

const eventsOf = (lines: readonly Line[]): number => lines.reduce((sum, { count = 1 }) => sum + count, 0);

describe('a flood of requests', () => {
  it.each([
    ['to /oauth/authorize', '/oauth/authorize?client_id=x', {}, 'An authorization request was refused'],
    ['to /oauth/token', '/oauth/token', { method: 'POST' }, 'A token request was refused'],
    ['of forms', '/oauth/authorize', { method: 'POST', body: 'step=approve' }, 'A form was refused'],
  ])(
    'a flood of requests %s logs one line a second, which counts all requests',
    async (_where, path, init, message) => {
      receiver = await startRunningReceiver();
      const tookMs = await flood(() => fetch(`${receiver.url}${path}`, init));
      await receiver.close();
      expect(linesOf(message).length).toBeLessThanOrEqual(2 + tookMs / 1_000);
      expect(eventsOf(linesOf(message))).toBe(300);
    },
  );

  it('a flood of requests during a full quarantine logs one line a second, which counts all requests', async () => {
    receiver = await startRunningReceiver({ settings: { QUARANTINE_MB: '0.000001' } });
    const tookMs = await flood(() => receiver.push('{"callsessionid":'));
    await receiver.close();
    const lines = linesOf('A request failed: quarantine_full');
    expect(lines.length).toBeLessThanOrEqual(2 + tookMs / 1_000);
    expect(eventsOf(lines)).toBe(300);
  });
});

describe('an X-Forwarded-For of 14,000 letters', () => {
  it('an X-Forwarded-For of 14,000 letters is in no line of the log', async () => {
    receiver = await startRunningReceiver({ settings: { TRUST_PROXY: 'loopback' } });
    const headers = { 'x-forwarded-for': 'a'.repeat(14_000) };
    await fetch(`${receiver.url}/oauth/authorize?client_id=x`, { headers });
    await fetch(`${receiver.url}/oauth/token`, { headers, method: 'POST' });
    await receiver.close();
    expect(linesOf('An authorization request was refused')[0]?.address).toBe('127.0.0.1');
    expect(receiver.logLines.join('')).not.toContain('aaaaaaaaaa');
  });

  it('an X-Forwarded-For of 14,000 letters makes no new counter in the throttle', async () => {
    receiver = await startRunningReceiver({ settings: { TRUST_PROXY: 'loopback' } });
    const statuses: number[] = [];
    for (let number = 0; number < 11; number += 1) {
      const headers = { 'x-forwarded-for': `${'a'.repeat(14_000)}${number}` };
      statuses.push((await fetch(`${receiver.url}/webhooks/jet`, { method: 'POST', headers })).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });
});
