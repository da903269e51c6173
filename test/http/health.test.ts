import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLease, writePause } from '../../src/store/destinations.ts';
import { exchange } from '../fixtures/raw-http.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';

const metricsToken = 'a-token-for-the-figures';
const proxied = { 'x-forwarded-for': '203.0.113.1' };

let receiver: RunningReceiver;
let nowMs = Date.now();
beforeAll(async () => {
  const settings = { METRICS_TOKEN: metricsToken, PUBLIC_URL: 'https://calls.example.com' };
  receiver = await startRunningReceiver({ settings, clock: () => nowMs });
});
afterAll(() => receiver.close());

const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${receiver.url}${path}`, { headers });

/** Sends a request from this machine with the given `Host`, which `fetch` cannot change. Returns the whole response. */
const askHost = async (path: string, host: string | undefined, more = ''): Promise<string> => {
  const hostLine = host === undefined ? '' : `Host: ${host}\r\n`;
  const version = host === undefined ? '1.0' : '1.1';
  const head = `GET ${path} HTTP/${version}\r\n${hostLine}${more}Connection: close\r\n\r\n`;
  return (await exchange(Number(new URL(receiver.url).port), head)).text;
};

const foreignHosts = [
  ...['rebound.example.net', 'rebound.example.net:3000', 'localhost.example.net', '127.0.0.1.example.net'],
  ...['notlocalhost', 'calls.example.com.evil.example', 'evil.calls.example.com', '203.0.113.7', '0.0.0.0'],
  ...['[2001:db8::1]:3000', 'localhost@rebound.example.net', 'rebound.example.net#localhost', 'a b', ''],
];

const figures = async (): Promise<string> => (await ask('/metrics')).text();

/** Pauses the destination for a minute, as its worker does. */
async function pause(): Promise<void> {
  const { store } = receiver;
  const lease = await takeLease(store, 'sql', 'test', undefined, 1_000, nowMs);
  if (lease === undefined) throw new Error('Another holds the destination');
  const reason = { reason: 'db.internal refused', remedy: 'Start it' };
  await writePause(store, 'sql', lease, { untilMs: nowMs + 60_000, pauses: 1, ...reason });
}

describe('/healthz', () => {
  it('/healthz answers alive', async () => {
    const answer = await ask('/healthz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'alive' }]);
  });
});

describe('/readyz', () => {
  it('/readyz answers ready', async () => {
    const answer = await ask('/readyz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready', paused: [] }]);
  });

  it('/readyz is not cached', async () => {
    expect((await ask('/readyz')).headers.get('cache-control')).toBe('no-store');
  });

  it('/readyz is ready while a destination is paused, and shows the operator the reason', async () => {
    await pause();
    const answer = await ask('/readyz');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      status: 'ready',
      paused: [{ destination: 'sql', reason: 'db.internal refused', remedy: 'Start it' }],
    });
  });

  it('/readyz shows everybody else only that the destination is paused', async () => {
    const paused = [{ destination: 'sql' }];
    expect(await (await ask('/readyz', proxied)).json()).toEqual({ status: 'ready', paused });
  });

  it('/readyz gives concurrent requests of the operator and of a stranger different answers', async () => {
    const [all, some] = await Promise.all([ask('/readyz'), ask('/readyz', proxied)]);
    expect(await all.text()).toContain('db.internal');
    expect(await some.text()).not.toContain('db.internal');
  });

  it.each(foreignHosts)(
    '/readyz shows no reasons to this machine when Host is "%s" (DNS rebinding)',
    async (host) => {
      const text = await askHost('/readyz', host);
      expect(text).toContain('"destination":"sql"');
      expect(text).not.toContain('db.internal');
    },
  );

  it('/readyz names no destination whose pause is over', async () => {
    nowMs += 60_000;
    expect(await (await ask('/readyz')).json()).toEqual({ status: 'ready', paused: [] });
  });
});

describe('/metrics', () => {
  it('/metrics answers a caller on this machine', async () => {
    const answer = await ask('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host'])(
    '/metrics refuses a caller behind a proxy that sends %s',
    async (name) => {
      const answer = await ask('/metrics', { [name]: '127.0.0.1' });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="metrics"');
    },
  );

  it.each(foreignHosts)('/metrics refuses this machine when Host is "%s" (DNS rebinding)', async (host) => {
    const text = await askHost('/metrics', host);
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).not.toContain('jet_pushes_total{');
  });

  it('/metrics refuses this machine when a request has no Host', async () => {
    expect(await askHost('/metrics', undefined)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each([
    ...['localhost', 'LOCALHOST:9090', 'localhost.', '127.0.0.1', '127.0.0.1:3000', '127.8.9.10', '[::1]'],
    ...['[::1]:3000', '[::ffff:127.0.0.1]', 'calls.example.com', 'Calls.Example.com:443'],
  ])('/metrics answers this machine when Host is "%s", a loopback name or the public host', async (host) => {
    expect(await askHost('/metrics', host)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('/metrics refuses the public host from behind a proxy', async () => {
    const text = await askHost('/metrics', 'calls.example.com', 'X-Forwarded-For: 127.0.0.1\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('/metrics answers a request with the token and any Host', async () => {
    const token = `Authorization: Bearer ${metricsToken}\r\n`;
    expect(await askHost('/metrics', 'scraper.example.net', token)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('/metrics answers a request with the token behind a proxy too', async () => {
    expect((await ask('/metrics', { ...proxied, authorization: `Bearer ${metricsToken}` })).status).toBe(200);
  });

  it('/metrics refuses another token, on this machine too', async () => {
    expect((await ask('/metrics', { authorization: `Bearer ${metricsToken}x` })).status).toBe(401);
  });

  it('/metrics refuses an access token for pushes', async () => {
    const authorization = `Bearer ${await receiver.takeToken()}`;
    expect((await ask('/metrics', { ...proxied, authorization })).status).toBe(401);
  });

  it('/metrics counts pushes by stage and result', async () => {
    await receiver.push({ callsessionid: 'counted' });
    await receiver.push({ callsessionid: 'counted' });
    const text = await figures();
    expect(text).toContain('jet_pushes_total{stage="call_start",result="stored"} 1');
    expect(text).toContain('jet_pushes_total{stage="call_start",result="duplicate"} 1');
  });

  it('/metrics counts refused requests by code', async () => {
    await receiver.push('{');
    expect(await figures()).toContain('jet_requests_refused_total{code="malformed_json"} 1');
  });

  it('/metrics shows the seconds since the last push', async () => {
    await receiver.push({ callsessionid: 'last' });
    nowMs += 90_000;
    expect(await figures()).toContain('jet_seconds_since_last_push 90');
  });

  it('/metrics shows the backlog of each destination and its age', async () => {
    await receiver.push({ callsessionid: 'backlog' });
    nowMs += 30_000;
    const text = await figures();
    expect(text).toMatch(/^jet_backlog_deliveries\{destination="sql"\} [1-9]\d*$/m);
    expect(text).toMatch(/^jet_backlog_age_seconds\{destination="sql"\} (?:[3-9]\d|\d{3,})$/m);
    expect(text).toContain('jet_destination_paused{destination="sql"} 0');
  });

  it('/metrics shows how many deliveries are rejected or exhausted, by destination', async () => {
    await receiver.push({ callsessionid: 'resting' });
    const rests = receiver.store.writer.knex('deliveries').where({ call_id: 'resting' });
    await rests.update({ state: 'rejected', due_at: null, due_since: null });
    const text = await figures();
    expect(text).toContain('jet_deliveries_resting{destination="sql",state="rejected"} 1');
    expect(text).toContain('jet_deliveries_resting{destination="sql",state="exhausted"} 0');
  });

  it('/metrics measures commits and requests by route, never by address', async () => {
    await ask('/some/thing?a=1');
    const text = await figures();
    expect(text).toMatch(/^jet_commit_duration_seconds_count [1-9]/m);
    expect(text).toMatch(
      /^jet_request_duration_seconds_count\{route="\/webhooks\/jet",status="200"\} [1-9]/m,
    );
    expect(text).toMatch(/^jet_request_duration_seconds_count\{route="none",status="404"\} [1-9]/m);
    expect(text).not.toContain('/some/thing');
  });
});
