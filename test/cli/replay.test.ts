import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import type { Destination, DeliveryState } from '../../src/store/deliveries.ts';
import { settle } from '../../src/store/settle.ts';
import { registerDestinations, takeLease } from '../../src/store/destinations.ts';
import { readAudit } from '../../src/store/lookup/audit.ts';
import { listReplayJobs } from '../../src/store/lookup/replay/replay-jobs.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { quarantineBody, readQuarantine } from '../../src/store/quarantine.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { countRows, readCall, readDelivery } from '../fixtures/fresh-store.ts';
import { writeTombstones } from '../../src/store/upkeep/tombstones.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

const hour = 3_600_000;
const sql: Destination = {
  name: 'sql',
  stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  settleAfterMs: hour,
};

describe('npm run replay', () => {
  let folder: CommandFolder;
  let store: Store;
  beforeEach(async () => {
    folder = await makeCommandFolder();
    store = await openStore(folder.storeUrl, storeMigrations);
    await registerDestinations(store, ['sql']);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  const replay = (...args: string[]) => folder.run('replay', args);
  const landing = (callId: string) => readDelivery(store, 'sql', callId);

  /** Three calls an hour apart: landed, rejected and exhausted. A fourth one has no delivery. */
  const storeCalls = async (): Promise<void> => {
    const states: Record<string, DeliveryState> = {
      landed: 'delivered',
      refused: 'rejected',
      tired: 'exhausted',
    };
    const lease = await takeLease(store, 'sql', 'test', undefined, hour, someTimeMs);
    for (const [index, [callId, state]] of Object.entries(states).entries()) {
      const nowMs = someTimeMs + index * hour;
      await storePushes(store, [pushOf(inboundBodies(callId).end, nowMs)], [sql], nowMs);
      const reasons = { code: 'x', reason: 'y', remedy: 'z', remoteId: `r-${callId}`, trace: undefined };
      const settlement = { callId, revision: nowMs, state, dueAtMs: undefined, attempts: 1, ...reasons };
      await settle(store, 'sql', lease?.fence ?? 0, [settlement], nowMs);
    }
    await storePushes(store, [pushOf(inboundBodies('early').end)], [], someTimeMs);
  };

  const dueCalls = (): Promise<string[]> =>
    store.writer.knex('deliveries').where({ state: 'due' }).orderBy('call_id').pluck<string[]>('call_id');

  it.each<[string, string[], string[]]>([
    ['by id', ['--id', 'landed', '--id', 'tired'], ['landed', 'tired']],
    ['by state', ['--state', 'exhausted'], ['tired']],
    ['by time', ['--since', '2026-11-22T02:00Z', '--until', '2026-11-22T03:00Z'], ['refused']],
    ['by time in TIME_ZONE', ['--since', '2026-11-22T14:00'], ['tired']],
    ['of every call with a delivery', ['--all'], ['landed', 'refused', 'tired']],
    [
      'by destination also calls from before it was enabled',
      ['--destination', 'sql', '--all'],
      ['early', 'landed', 'refused', 'tired'],
    ],
  ])('npm run replay makes deliveries due again %s', async (_what, args, callIds) => {
    await storeCalls();
    const { code, stdout } = await replay(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^sql: ${callIds.length} (?:delivery was|deliveries were) made due`));
    expect(await dueCalls()).toEqual(callIds);
  });

  it('a replay starts with fresh attempts, and keeps the earlier landing', async () => {
    await storeCalls();
    await replay('--state', 'exhausted');
    expect(await landing('tired')).toMatchObject({ attempts: 0, remote_id: 'r-tired' });
  });

  it('npm run replay --dry-run shows the state of each delivery and the reason', async () => {
    await storeCalls();
    const { stdout } = await replay('--destination', 'sql', '--all', '--dry-run');
    expect(stdout).toBe(
      [
        'sql: 4 deliveries would be made due.',
        '  early  sql  not delivered before',
        '  landed  sql  delivered  x: y',
        '    z',
        '  refused  sql  rejected  x: y',
        '    z',
        '  tired  sql  exhausted  x: y',
        '    z',
        '',
      ].join('\n'),
    );
  });

  it('npm run replay --dry-run shows the first 20 deliveries, and how many more there are', async () => {
    const pushes = Array.from({ length: 25 }, (_none, index) => pushOf(inboundBodies(`c-${index + 10}`).end));
    await storePushes(store, pushes, [sql], someTimeMs);
    await store.writer
      .knex('deliveries')
      .update({ state: 'exhausted', due_at: null, attempted_at: someTimeMs });
    const { stdout } = await replay('--all', '--dry-run');
    expect(stdout.match(/^ {2}c-/gm)).toHaveLength(20);
    expect(stdout).toContain('\n  … and 5 more\n');
  });

  it('npm run replay makes deliveries due again by code', async () => {
    await storeCalls();
    await store.writer.knex('deliveries').where({ call_id: 'tired' }).update({ code: 'busy' });
    expect((await replay('--code', 'busy')).stdout).toBe('sql: 1 delivery was made due.\n');
    expect(await dueCalls()).toEqual(['tired']);
  });

  it('npm run replay says which deliveries it passes over, and why', async () => {
    await storeCalls();
    const due = { state: 'due', due_at: someTimeMs };
    await store.writer.knex('deliveries').where({ call_id: 'tired' }).update(due);
    const expected = 'sql: 2 deliveries VERB made due.\n  1 is passed over: already due.\n';
    const shown = await replay('--all', '--dry-run');
    expect(shown.stdout).toContain(expected.replace('VERB', 'would be'));
    expect((await replay('--all')).stdout).toBe(expected.replace('VERB', 'were'));
  });

  it('a replay is kept as a job, with its filter, its reason and its counts', async () => {
    await storeCalls();
    await replay('--state', 'rejected', '--reason', 'The field is there now.');
    expect(await listReplayJobs(store, 5)).toMatchObject([
      {
        ...{ state: 'done', who: 'command line', reason: 'The field is there now.', madeDue: 1, total: 1 },
        ...{ filter: { state: 'rejected' }, counts: { sql: { none: 1 } } },
      },
    ]);
  });

  it('a replay is written to the audit table, with its filter, its reason and its count', async () => {
    await storeCalls();
    await replay('--state', 'rejected', '--reason', 'The field is there now.');
    expect(await readAudit(store, 5)).toMatchObject([
      {
        ...{ who: 'command line', what: 'replayed deliveries', filter: 'state rejected', count: 1 },
        reason: 'The field is there now.',
      },
    ]);
  });

  it('npm run replay --dry-run names a call that the store does not have', async () => {
    await storeCalls();
    expect((await replay('--id', 'nobody', '--dry-run')).stdout).toContain('There is no call nobody.');
  });

  it('npm run replay --dry-run changes nothing', async () => {
    await storeCalls();
    const before = await store.writer.knex('deliveries').select('*');
    const { code, stdout } = await replay('--all', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('3 deliveries would be made due');
    expect(await store.writer.knex('deliveries').select('*')).toEqual(before);
  });

  it.each([
    ['no filter', [], '--all'],
    ['an unknown state', ['--state', 'lost'], 'exhausted'],
    ['a destination that is not enabled', ['--destination', 'crm', '--all'], 'crm'],
    ['an invalid time', ['--since', 'yesterday'], 'yesterday'],
    ['an unknown option', ['--everything'], '--everything'],
    ['a stray word', ['everything'], 'too many arguments'],
  ])(
    'npm run replay refuses %s with exit code 2, without a stack, and changes nothing',
    async (_what, args, word) => {
      await storeCalls();
      const { code, stderr } = await replay(...args);
      expect(code).toBe(2);
      expect(stderr).toContain(word);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(await dueCalls()).toEqual([]);
    },
  );

  it('npm run replay shows its help on request', async () => {
    const { code, stdout } = await replay('deliveries', '--help');
    expect(code).toBe(0);
    for (const word of [
      '--id',
      '--destination',
      '--state',
      '--code',
      '--since',
      '--until',
      '--reason',
      '--dry-run',
    ])
      expect(stdout).toContain(word);
    expect((await replay('--help')).stdout).toContain('quarantine');
  });

  it('npm run replay loses nothing that a receiver stores at the same time', async () => {
    await storeCalls();
    const stop = new AbortController();
    let stored = 0;
    const receiving = (async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const nowMs = someTimeMs + 10 * hour + stored;
        const callId = `busy-${stored % 20}`;
        await storePushes(
          store,
          [pushOf({ ...inboundBodies(callId).start, odd: stored }, nowMs)],
          [sql],
          nowMs,
        );
        stored += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const results = [await replay('--all'), await replay('--state', 'due')];
    stop.abort();
    await receiving;
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await countRows(store, 'pushes')).toBe(stored + 4);
    const behind = await store.writer
      .knex('calls')
      .join('deliveries', 'deliveries.call_id', 'calls.id')
      .whereNot('calls.revision', store.writer.knex.ref('deliveries.revision'))
      .pluck<string[]>('id');
    expect(behind).toEqual([]);
  });

  describe('quarantine', () => {
    const refuse = (body: string | Buffer, code: string) => {
      const rest = { detail: 'Refused.', contentType: 'application/json', contentEncoding: undefined };
      return quarantineBody(
        store,
        { body: Buffer.from(body), code, pathStage: undefined, ...rest },
        1e9,
        someTimeMs,
      );
    };
    const start = JSON.stringify(inboundBodies('mended').start);

    it('replay quarantine stores a body that can be read now, and does nothing the second time', async () => {
      const id = await refuse(start, 'not_storable');
      const { code, stdout } = await replay('quarantine');
      expect(code).toBe(0);
      expect(stdout).toContain('1 body: stored as call_start');
      expect((await readCall(store, 'mended'))?.record.firstReceivedAtMs).toBe(someTimeMs);
      expect(await landing('mended')).toMatchObject({ state: 'due' });
      expect(await readQuarantine(store, { id }, 1)).toEqual([]);
      expect((await replay('quarantine')).stdout).toContain('No quarantined body matches the options.');
      expect(await countRows(store, 'pushes')).toBe(1);
    });

    it('replay quarantine writes nothing twice when the push was received in another way', async () => {
      await storePushes(store, [pushOf(start)], [sql], someTimeMs);
      await refuse(start, 'not_storable');
      expect((await replay('quarantine')).stdout).toContain(
        '1 body: was stored before, so nothing was written',
      );
      expect(await countRows(store, 'pushes')).toBe(1);
    });

    it('replay quarantine --dry-run shows the result for each body, and changes nothing', async () => {
      const [good, bad] = [await refuse(start, 'not_storable'), await refuse('{"broken', 'malformed_json')];
      const { code, stdout } = await replay('quarantine', '--dry-run');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^${good} .*would be stored as call_start`, 'm'));
      expect(stdout).toMatch(
        new RegExp(
          `^${bad}  refused as malformed_json \\(Refused\\.\\), .*still refused: malformed_json`,
          'm',
        ),
      );
      expect(stdout).not.toContain('broken');
      expect(await countRows(store, 'pushes')).toBe(0);
      expect(await readQuarantine(store, {}, 10)).toHaveLength(2);
    });

    it('replay quarantine --dry-run --id shows one body, without control of the terminal', async () => {
      const id = await refuse('{"broken":\t"\u001b[2J\u202e"', 'malformed_json');
      const { stdout } = await replay('quarantine', '--dry-run', '--id', id);
      expect(stdout).toContain('{"broken":\t"\ufffd[2J\ufffd"\n');
    });

    it('replay quarantine keeps a body that is too large after decoding, and says so', async () => {
      const rest = { detail: 'Refused.', contentType: 'application/json', contentEncoding: 'gzip' };
      const body = gzipSync(Buffer.alloc(1_000_000));
      const code = 'body_too_large';
      await quarantineBody(store, { body, code, pathStage: undefined, ...rest }, 1e9, someTimeMs);
      expect((await replay('quarantine')).stdout).toContain('1 body: still refused: body_too_large');
      expect(await readQuarantine(store, {}, 10)).toHaveLength(1);
    });

    it('replay quarantine keeps a body that is still refused, whatever its bytes', async () => {
      await refuse(Buffer.from([0xff, 0x00, 0xfe]), 'malformed_json');
      const { code, stdout } = await replay('quarantine');
      expect(code).toBe(0);
      expect(stdout).toContain('1 body: still refused: malformed_json');
      expect(await readQuarantine(store, {}, 10)).toHaveLength(1);
    });

    it('replay quarantine brings back no part of a removed call', async () => {
      const secretKey = 'a-key-of-the-tests-with-32-letters';
      await store.writer.knex.transaction((transaction) =>
        writeTombstones(store, transaction, ['mended'], secretKey, someTimeMs),
      );
      await refuse(start, 'call_removed');
      const changed = { SECRET_KEY: `another ${secretKey}`, SECRET_KEY_PREVIOUS: secretKey };
      for (const [dryRun, keys] of [
        [['--dry-run'], { SECRET_KEY: secretKey }],
        [[], { SECRET_KEY: secretKey }],
        [['--dry-run'], changed],
        [[], changed],
      ] as const) {
        const { stdout } = await folder.run('replay', ['quarantine', ...dryRun], keys);
        expect(stdout).toContain('1 body: still refused: its call was removed');
      }
      expect(await countRows(store, 'calls')).toBe(0);
      expect(await readQuarantine(store, {}, 10)).toHaveLength(1);
    });

    it('replay quarantine reads only the named bodies', async () => {
      await refuse(start, 'not_storable');
      const id = await refuse(JSON.stringify(inboundBodies('other').start), 'too_deep');
      await replay('quarantine', '--code', 'too_deep', '--id', id);
      expect(await readCall(store, 'mended')).toBeUndefined();
      expect(await readCall(store, 'other')).toBeDefined();
    });

    it('replay quarantine continues after a body that the database refuses', async () => {
      await store.writer.knex.raw(
        "CREATE TRIGGER refuse BEFORE INSERT ON pushes WHEN NEW.call_id = 'mended' BEGIN SELECT RAISE(ABORT, 'no'); END",
      );
      await refuse(start, 'not_storable');
      await refuse(JSON.stringify(inboundBodies('other').start), 'not_storable');
      const { code, stdout } = await replay('quarantine');
      expect(code).toBe(0);
      expect(stdout).toContain('1 body: still refused: the database refuses it');
      expect(stdout).toContain('1 body: stored as call_start');
    });

    it('replay quarantine reads a list as the receiver does, and keeps items that are not calls', async () => {
      await refuse(`[${start}, {"a":1}]`, 'not_an_object');
      expect((await replay('quarantine', '--dry-run')).stdout).toContain(
        'would be stored as a list, 1 of 2 items',
      );
      expect((await replay('quarantine')).stdout).toContain('1 body: stored as a list, 1 of 2 items');
      expect(await readCall(store, 'mended')).toBeDefined();
      expect(await readQuarantine(store, {}, 10)).toMatchObject([{ code: 'not_a_call' }]);
    });

    it('replay quarantine reads a body in its declared charset', async () => {
      const body = Buffer.from('{"callsessionid":"mended","servicename":"Zürich"}', 'latin1');
      const rest = { detail: 'Refused.', contentEncoding: undefined, pathStage: undefined };
      const contentType = 'application/json; charset=iso-8859-1';
      await quarantineBody(store, { body, code: 'malformed_json', contentType, ...rest }, 1e9, someTimeMs);
      await replay('quarantine');
      expect((await readCall(store, 'mended'))?.record.fields.service_name).toBe('Zürich');
    });

    describe('with --repair', () => {
      const broken = '{"callsessionid":"mended","servicename":"two\nlines","attributes":"{"gclid":"x"}",}';

      it('replay quarantine --repair shows the repairs and the results, and changes nothing', async () => {
        await refuse(broken, 'malformed_json');
        const { code, stdout } = await replay('quarantine', '--repair');
        expect(code).toBe(0);
        expect(stdout).toContain('would be stored as call_start after a repair in 3 places');
        expect(stdout).toMatch(/^ {2}- .*two<\\n>lines/m);
        expect(stdout).toMatch(/^ {2}\+ .*two\\nlines/m);
        expect(stdout).toContain('Use --apply to store');
        expect(await countRows(store, 'pushes')).toBe(0);
        expect(await readQuarantine(store, {}, 10)).toHaveLength(1);
      });

      it('replay quarantine --repair --apply stores repaired bodies, with a warning, and keeps the bytes', async () => {
        const id = await refuse(broken, 'malformed_json');
        expect((await replay('quarantine', '--repair', '--apply')).stdout).toContain(
          '1 body: stored as call_start',
        );
        const { fields } = (await readCall(store, 'mended'))?.record ?? {};
        expect(fields).toMatchObject({ service_name: 'two\nlines', attributes: '{"gclid":"x"}' });
        const [push] = await store.reader.knex('pushes').select<{ parsed: string }[]>('parsed');
        expect(JSON.parse(push?.parsed ?? '')).toMatchObject({ warnings: [{ code: 'repaired' }] });
        const row: unknown = await store.reader.knex('quarantine').where({ id }).first('body');
        expect((row as { body: Buffer }).body.toString()).toBe(broken);
      });

      it('replay quarantine --repair --apply does nothing the second time', async () => {
        await refuse(broken, 'malformed_json');
        await replay('quarantine', '--repair', '--apply');
        expect((await replay('quarantine', '--repair', '--apply')).stdout).toContain(
          'No quarantined body matches the options.',
        );
      });

      it('replay quarantine --repair does not change bodies that need no repair or cannot be repaired', async () => {
        await refuse(start, 'not_storable');
        await refuse('['.repeat(100_000), 'malformed_json');
        await refuse('hello', 'malformed_json');
        const { stdout } = await replay('quarantine', '--repair', '--apply');
        expect(stdout).toContain('1 body: needs no repair');
        expect(stdout).toContain('still refused: not_an_object');
        expect(await readQuarantine(store, {}, 10)).toHaveLength(3);
      });

      it('--apply needs --repair', async () => {
        const { code, stderr } = await replay('quarantine', '--apply');
        expect(code).not.toBe(0);
        expect(stderr).toContain('--repair');
      });
    });
  });
});
