import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { startRunningReceiver, type RunningReceiver } from '../fixtures/running-receiver.ts';
import { until } from '../fixtures/until.ts';

// A statement waits 5 s for a lock and 10 s for a connection, so these tests run at the same time.
describe.concurrent('while another process holds the lock of the store', () => {
  it('a push is answered 503 with Retry-After while the store is locked, and is stored soon after the release', async () => {
    const receiver = await startRunningReceiver();
    const headers = await credentialsFor(receiver);
    const unlock = await lock(receiver.folder);
    const answer = await receiver.push({ callsessionid: 'away' }, { headers });
    await unlock();
    const again = await until(async () => {
      const stored = await receiver.push({ callsessionid: 'away' }, { headers });
      expect(stored.status).toBe(200);
      return stored;
    });
    await receiver.close();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    // The push is a repeat if the lock was released before the receiver gave up.
    expect(await again.json()).toMatchObject({ status: 'stored' });
  });

  it('pushes after the first are answered 503 at once, and the metrics say that the store is unavailable', async () => {
    const receiver = await startRunningReceiver();
    const headers = await credentialsFor(receiver);
    const unlock = await lock(receiver.folder);
    const refusedBefore = await pushUntilAway(receiver, headers);
    const linesBefore = receiver.logLines.length;
    const many = Array.from({ length: 50 }, (_, index) =>
      receiver.push({ callsessionid: `away-${index}` }, { headers }),
    );
    const answers = await Promise.all(many);
    const figures = await (await fetch(`${receiver.url}/metrics`)).text();
    await unlock();
    await receiver.close();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    // A push that had asked the store would have waited for the lock, and would name that cause.
    const refusals = receiver.logLines
      .slice(linesBefore)
      .map((line) => JSON.parse(line) as { code?: string; error?: { message?: string } })
      .filter(({ code }) => code === 'store_unavailable');
    expect(new Set(refusals.map(({ error }) => error?.message))).toEqual(
      new Set(['The store does not answer']),
    );
    const refused = refusedBefore + many.length;
    expect(figures).toContain(`jet_requests_refused_total{code="store_unavailable"} ${refused}`);
    expect(figures).toContain('jet_store_available 0');
  });

  it('the log reports pushes that a locked store refused in one line a second, whatever their number', async () => {
    const receiver = await startRunningReceiver();
    const headers = await credentialsFor(receiver);
    const unlock = await lock(receiver.folder);
    await pushUntilAway(receiver, headers);
    const startedMs = performance.now();
    const refuse = (name: string): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) => receiver.push({ callsessionid: `${name}${i}` }, { headers })),
      );
    await refuse('a');
    await sleep(1_100);
    await refuse('b');
    const seconds = (performance.now() - startedMs) / 1_000;
    await unlock();
    await receiver.close();
    const lines = receiver.logLines.filter((line) => line.includes('"code":"store_unavailable"'));
    const counts = lines.map((line) => (JSON.parse(line) as { count?: number }).count ?? 1);
    expect(lines.length).toBeLessThan(5 + seconds);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(40);
  });

  it('a broken body is answered 503 with Retry-After while the store is locked, and is not in the quarantine', async () => {
    const receiver = await startRunningReceiver();
    const headers = await credentialsFor(receiver);
    const unlock = await lock(receiver.folder);
    const answer = await receiver.push('{"callsessionid":', { headers });
    await unlock();
    const rows: unknown = await receiver.store.reader.knex('quarantine');
    await receiver.close();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(rows).toEqual([]);
  });

  it('a token request is answered 503 in the format of OAuth errors while the store is locked', async () => {
    const receiver = await startRunningReceiver();
    const { clientId, clientSecret } = receiver.client;
    const unlock = await lock(receiver.folder);
    const answer = await fetch(`${receiver.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    await unlock();
    await receiver.close();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });

  it('/readyz reports a locked store as unavailable to many callers at once, and /healthz is alive', async () => {
    const receiver = await startRunningReceiver();
    const unlock = await lock(receiver.folder);
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${receiver.url}/readyz`)));
    const alive = await fetch(`${receiver.url}/healthz`);
    await unlock();
    await receiver.close();
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(await answers[0]?.json()).toEqual({ status: 'store_unavailable', paused: [] });
    expect(alive.status).toBe(200);
  });

  it('logs contain only JSON lines while the store is locked', async () => {
    const receiver = await startRunningReceiver();
    const headers = await credentialsFor(receiver);
    const unlock = await lock(receiver.folder);
    await receiver.push({ callsessionid: 'away' }, { headers });
    await unlock();
    await receiver.close();
    expect(receiver.logLines.map((line) => typeof JSON.parse(line))).toContain('object');
    expect(receiver.logLines.join('')).toContain('"code":"store_unavailable"');
  });
});

/** A store on a busy machine may be unavailable for a moment, so the token is requested again. */
async function credentialsFor(receiver: RunningReceiver): Promise<Record<string, string>> {
  return { authorization: `Bearer ${await until(() => receiver.takeToken())}` };
}

/** Sends pushes until the receiver says that the store is unavailable. Returns how many were refused. */
async function pushUntilAway(receiver: RunningReceiver, headers: Record<string, string>): Promise<number> {
  for (let refused = 1; ; refused += 1) {
    expect((await receiver.push({ callsessionid: `early-${refused}` }, { headers })).status).toBe(503);
    if (receiver.logLines.some((line) => line.includes('The store does not answer. Until'))) return refused;
  }
}

/** Takes the lock that a push needs. Returns a function that releases it. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const other = openDatabase(`sqlite:${folder}/jet.sqlite`);
  // SQLite waits for locks in the threads of this process, so a thread may come late.
  await until(() => other.knex.raw('BEGIN IMMEDIATE').then(() => undefined));
  return async () => {
    await other.knex.raw('ROLLBACK');
    await other.close();
  };
}
