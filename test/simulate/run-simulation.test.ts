import { mkdtempSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportingMigrations } from '../../src/reporting/migrations/index.ts';
import type { Output } from '../../src/simulate/output.ts';
import { runSimulation, type SimulationOptions } from '../../src/simulate/run-simulation.ts';
import type { Database } from '../../src/database/database.ts';
import { openDatabase } from '../../src/database/open-database.ts';
import { migrate } from '../../src/database/migrate.ts';
import {
  standInClient,
  standInHeader,
  startStandIn,
  type StandIn,
  type StandInOptions,
} from './stand-in-receiver.ts';

let folder: string;
let reportingUrl: string;
let database: Database;
let standIn: StandIn | undefined;
let lines: string[];
let shownProgress: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  reportingUrl = `sqlite:${join(folder, 'reporting.sqlite')}`;
  database = openDatabase(reportingUrl);
  await migrate(database, 'reporting_migrations', reportingMigrations);
  lines = [];
  shownProgress = [];
});

afterEach(async () => {
  await standIn?.close();
  standIn = undefined;
  await database.close();
  rmSync(folder, { recursive: true });
});

const output: Output = {
  print: (line) => void lines.push(line),
  progress: (title, total) => ({
    update: (done) => void shownProgress.push(`${title} ${done}/${total}`),
    stop: () => undefined,
  }),
};

async function run(
  standInOptions: StandInOptions = {},
  changes: Partial<SimulationOptions> = {},
): Promise<{ exitCode: number; text: string }> {
  standIn = await startStandIn({ database, ...standInOptions });
  const exitCode = await runSimulation(
    {
      url: standIn.url,
      calls: 80,
      rate: 0,
      concurrency: 10,
      seed: 42,
      nowMs: Date.parse('2025-04-05T06:00:00Z'),
      statusMap: new Map(),
      credentials: standInClient,
      reportingUrl,
      landedWaitMs: 5_000,
      retryForMs: 3_000,
      ...changes,
    },
    output,
  );
  return { exitCode, text: lines.join('\n') };
}

describe('a simulation', () => {
  it('a simulation ends with 0 when everything is answered and lands as planned', async () => {
    const { exitCode, text } = await run();
    expect(text).toContain('No differences.');
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^Seed 42: 80 calls, \d+ pushes/);
    expect(text).toMatch(/answered 200 stored +\d+/);
    expect(text).toMatch(/answered 200 duplicate +[1-9]/);
    expect(text).toMatch(/ refused +5/);
    expect(text).toMatch(/inbound answered +(\d+) +\1\n/);
    expect(text).toMatch(/^all +80 +80$/m);
    expect(shownProgress.at(-1)).toBe('Landing 80/80');
  });

  it('a simulation sends the same pushes for the same seed, in order within each call', async () => {
    await run({}, { reportingUrl: undefined, concurrency: 1 });
    const first = standIn?.received ?? [];
    await standIn?.close();
    await run({}, { reportingUrl: undefined, concurrency: 1 });
    expect(standIn?.received).toEqual(first);
  });

  it('a simulation can use a fixed header', async () => {
    const { exitCode } = await run({}, { credentials: standInHeader });
    expect(exitCode).toBe(0);
    expect(standIn?.tokensGiven).toBe(0);
  });

  it('a simulation renews its token when the receiver refuses it', async () => {
    const { exitCode } = await run({ requestsPerToken: 40 });
    expect(exitCode).toBe(0);
    expect(standIn?.tokensGiven).toBeGreaterThan(3);
  });

  it('a simulation retries after 503, after 429 and after a lost answer, and counts every sent call', async () => {
    const { exitCode, text } = await run({
      misbehave: ({ number, body }) => {
        if (number % 20 !== 0 || !body.includes('"')) return undefined;
        if (number % 60 === 0) return 'lost';
        return { status: number % 40 === 0 ? 429 : 503, headers: { 'retry-after': '0' } };
      },
    });
    expect(text).toMatch(/retried +[1-9]/);
    expect(text).toContain('No differences.');
    expect(exitCode).toBe(0);
  });

  it('a simulation keeps the requested pace', async () => {
    const startMs = performance.now();
    await run({}, { calls: 20, rate: 100, reportingUrl: undefined });
    const pushes = standIn?.received.length ?? 0;
    expect(performance.now() - startMs).toBeGreaterThan((pushes - 1) * 10 - 150);
  });

  it('a simulation prints no whole number and no secret', async () => {
    const { text } = await run({ misbehave: () => ({ status: 422, body: { code: '0491570006 is odd' } }) });
    expect(text).not.toMatch(/0491|5550|7010|975 ?7/);
    expect(text).not.toContain(standInClient.clientSecret);
    expect(text).not.toContain('token-1');
  });
});

describe('a simulation reports a difference', () => {
  it('a simulation reports a refused push as a difference', async () => {
    let refused = 0;
    const { exitCode, text } = await run({
      misbehave: ({ body }) =>
        body.includes('"call_session_id"') && refused++ < 1
          ? { status: 422, body: { code: 'not_a_call' } }
          : undefined,
    });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^1 difference:$/m);
    expect(text).toMatch(/sim-16-\w+-\d{6}: .* push was answered 422 not_a_call/);
  });

  it('a simulation reports an answer with an unexpected form as a difference', async () => {
    const { exitCode, text } = await run({
      misbehave: ({ number }) => (number === 10 ? { status: 200, body: { ok: true } } : undefined),
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('was answered 200 with an unknown answer');
  });

  it('a simulation reports a push that is stored under another stage, as a repeat, or under another call', async () => {
    const body = { status: 'stored', pushId: 'any', callId: 'the-same', stage: 'call_end', duplicate: true };
    const { exitCode, text } = await run({
      misbehave: (push) =>
        push.body.includes('"Called Number"') ? { status: 200, body: { ...body, warnings: [] } } : undefined,
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('outbound push was stored as call_end');
    expect(text).toContain('outbound push was new, but was answered as a duplicate');
    expect(text).toMatch(/outbound push was stored under the id of sim-/);
  });

  it('a simulation reports an accepted broken body as a difference', async () => {
    const { exitCode, text } = await run({
      misbehave: ({ body }) => (body === '' ? { status: 200 } : undefined),
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('broken body (an empty body): was answered 200');
  });

  it('a simulation reports a call that lands with another status, and one that does not land', async () => {
    const landed = new Set<unknown>();
    const { exitCode, text } = await run(
      {
        land: (row) => {
          landed.add(row['call_id']);
          if (row['call_id'] === [...landed][0]) return undefined;
          return row['call_id'] === [...landed][1] ? { ...row, status: 'busy', stage: 'call_start' } : row;
        },
      },
      { landedWaitMs: 600 },
    );
    expect(exitCode).toBe(1);
    expect(text).toMatch(/: did not land$/m);
    expect(text).toMatch(/: landed with .*status busy instead of \w+/);
    expect(text).toMatch(/^2 differences:$/m);
  });

  it('a simulation reports a landed call that was not sent', async () => {
    let first = true;
    const { exitCode, text } = await run({
      land: (row) => {
        if (!first) return row;
        first = false;
        void database
          .knex('jet_calls')
          .insert({ ...row, call_id: `${lines[0]?.match(/sim-\w+-\w+/)?.[0] ?? ''}-broken` })
          .then();
        return row;
      },
    });
    expect(exitCode).toBe(1);
    expect(text).toContain('-broken: landed, but is not a call of this run');
  });

  it('a simulation reports up to twenty differences, and counts further ones', async () => {
    const { text } = await run({}, { reportingUrl, landedWaitMs: 300, calls: 80 });
    expect(text).toContain('No differences.');
    lines = [];
    await standIn?.close();
    const second = await run({ land: () => undefined }, { landedWaitMs: 300, seed: 43 });
    expect(second.exitCode).toBe(1);
    expect(second.text).toContain('80 differences:');
    expect(second.text).toContain('… and 60 more');
  });

  it('a simulation reports that there is no reporting database, which it does not create', async () => {
    const missing = join(folder, 'missing.sqlite');
    const { exitCode, text } = await run({}, { reportingUrl: `sqlite:${missing}`, landedWaitMs: 300 });
    expect(exitCode).toBe(1);
    expect(text).toContain('there is no database file at');
    expect(existsSync(missing)).toBe(false);
  });
});

describe('a run that cannot continue', () => {
  it('a simulation reports that nothing answers', async () => {
    const { exitCode, text } = await run({}, { url: 'http://127.0.0.1:1' });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/Nothing answers at .*Start the receiver/);
  });

  it('a simulation reports that the client is refused', async () => {
    const { exitCode, text } = await run({}, { credentials: { ...standInClient, clientSecret: 'wrong' } });
    expect(exitCode).toBe(1);
    expect(text).toContain('POST /oauth/token was answered 401 invalid_client');
    expect(standIn?.received).toHaveLength(0);
  });

  it('a simulation stops at once when the header is refused', async () => {
    const { exitCode, text } = await run({}, { credentials: { ...standInHeader, value: 'wrong' } });
    expect(exitCode).toBe(1);
    expect(text).toContain('refuses the credentials (401)');
  });

  it('a simulation stops when the receiver accepts nothing for too long', async () => {
    const { exitCode, text } = await run({ misbehave: () => ({ status: 503 }) }, { retryForMs: 500 });
    expect(exitCode).toBe(1);
    expect(text).toContain('accepted nothing for too long (it answered 503)');
  });

  it('a simulation reports the results so far when it is stopped', async () => {
    const stop = new AbortController();
    const { exitCode, text } = await run(
      {
        misbehave: ({ number }) => {
          if (number === 20) stop.abort();
          return undefined;
        },
      },
      { signal: stop.signal },
    );
    expect(exitCode).toBe(130);
    expect(text).toMatch(/^sent +\d\d$/m);
    expect(text).toContain('Stopped before the end');
  });
});
