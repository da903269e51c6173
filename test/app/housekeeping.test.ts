import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runHousekeeping, type TrimmedKind } from '../../src/app/housekeeping.ts';
import type { Log } from '../../src/domain/log.ts';
import { endTurn, takeTurn } from '../../src/store/upkeep/housekeeping-turn.ts';
import { insertFamily } from '../../src/store/oauth/oauth-grants.ts';
import { insertToken } from '../../src/store/oauth/oauth-rows.ts';
import { quarantineBody, readQuarantine } from '../../src/store/quarantine.ts';
import { writeSession } from '../../src/store/oauth/sessions.ts';
import type { Store } from '../../src/store/store.ts';
import { engines } from '../fixtures/engines.ts';
import { countRows, openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';
import { silentLog, storeCalls } from '../fixtures/running-worker.ts';

const dayMs = 86_400_000;
const turnMs = 300_000;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`housekeeping on ${engine.title}`, () => {
    let fresh: FreshStore;
    let counts: Partial<Record<TrimmedKind, number>>;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm']);
      counts = {};
    });
    afterEach(() => fresh.close());

    const run = (
      retentionDays: number,
      nowMs: number,
      log: Log = silentLog,
      store: Store = fresh.store,
      isConfirmed = true,
    ) =>
      runHousekeeping(
        {
          ...{ store, retentionDays, log, isConfirmed },
          secretKey: 'a-key-of-the-tests-with-32-letters',
          clock: () => nowMs,
          onTrimmed: (kind, count) => (counts[kind] = (counts[kind] ?? 0) + count),
        },
        new AbortController().signal,
      );
    const settleAll = () =>
      fresh.store.writer.knex('deliveries').update({ state: 'delivered', due_at: null });
    const storeSettled = async (count: number): Promise<void> => {
      await storeCalls(
        fresh.store,
        Array.from({ length: count }, (_none, index) => `call-${index}`),
      );
      await settleAll();
    };

    it('housekeeping removes calls that are older than RETENTION_DAYS, in several steps', async () => {
      await storeSettled(450);
      await run(2, someTimeMs + 2 * dayMs);
      expect(await countRows(fresh.store, 'calls')).toBe(450);
      await run(2, someTimeMs + 2 * dayMs + 1);
      expect(await countRows(fresh.store, 'calls')).toBe(0);
      expect(counts).toEqual({ calls: 450, pushes: 450, deliveries: 450 });
      expect(await countRows(fresh.store, 'tombstones')).toBe(450);
    });

    it('housekeeping keeps every call with 0 days, but still removes expired tokens', async () => {
      await storeSettled(3);
      await writeSession(fresh.store, 'ended', '{}', someTimeMs);
      await run(0, someTimeMs + 10_000 * dayMs);
      expect(counts).toEqual({ sessions: 1 });
      expect(await countRows(fresh.store, 'calls')).toBe(3);
    });

    it('housekeeping removes expired tokens, old refused bodies and old tombstones', async () => {
      await storeSettled(1);
      await run(1, someTimeMs + 2 * dayMs);
      await insertToken(fresh.store, {
        hash: 'expired',
        clientId: 'one',
        familyId: undefined,
        scope: 'webhooks',
        issuedAtMs: someTimeMs,
        expiresAtMs: someTimeMs + 1,
      });
      const refused = { code: 'malformed_json', detail: 'x', pathStage: undefined };
      const plain = { ...refused, contentType: undefined, contentEncoding: undefined };
      await quarantineBody(fresh.store, { ...plain, body: Buffer.from('old') }, 1e6, someTimeMs);
      await quarantineBody(fresh.store, { ...plain, body: Buffer.from('again') }, 1e6, someTimeMs);
      await quarantineBody(
        fresh.store,
        { ...plain, body: Buffer.from('again') },
        1e6,
        someTimeMs + 403 * dayMs,
      );
      counts = {};
      await run(1, someTimeMs + 403 * dayMs);
      expect(counts).toEqual({ tokens: 1, tombstones: 1, quarantined: 1 });
      expect((await readQuarantine(fresh.store, {}, 10)).map(({ body }) => body.toString())).toEqual([
        'again',
      ]);
    });

    it('housekeeping reports what it removed, and which destination keeps calls from being removed', async () => {
      await storeCalls(fresh.store, ['owed']);
      await storeCalls(fresh.store, ['settled']);
      await fresh.store.writer.knex('deliveries').where({ call_id: 'settled' }).update({ state: 'skipped' });
      const lines: [Record<string, unknown>, string][] = [];
      const note = (fields: Record<string, unknown>, text: string): void => void lines.push([fields, text]);
      await run(1, someTimeMs + 2 * dayMs, { ...silentLog, info: note, warn: note });
      expect(lines).toEqual([
        [{ calls: { crm: 1 } }, expect.stringContaining('RETENTION_DAYS') as string],
        [{ calls: 1, pushes: 1, deliveries: 1 }, 'Old data was removed'],
      ]);
    });

    describe('removal without a confirmation', () => {
      const hourMs = 3_600_000;
      const warnings: string[] = [];
      const log: Log = { ...silentLog, warn: (_fields, text) => void warnings.push(text) };
      /** Runs one check. Returns what it removed. */
      const look = async (nowMs: number, retentionDays = 2): Promise<typeof counts> => {
        counts = {};
        await run(retentionDays, nowMs, log, fresh.store, false);
        return counts;
      };
      /** Runs a check every hour until the end. Returns what they removed together. */
      const lookHourly = async (fromMs: number, toMs: number): Promise<typeof counts> => {
        const all: typeof counts = {};
        for (let nowMs = fromMs; nowMs <= toMs; nowMs += hourMs)
          for (const [kind, count] of Object.entries(await look(nowMs)))
            all[kind as TrimmedKind] = (all[kind as TrimmedKind] ?? 0) + count;
        return all;
      };
      const spoilable = async (): Promise<void> => {
        await storeSettled(3);
        await writeSession(fresh.store, 'open', '{}', someTimeMs + hourMs);
        await insertToken(fresh.store, {
          ...{ hash: 'token', clientId: 'one', familyId: undefined, scope: 'webhooks' },
          ...{ issuedAtMs: someTimeMs, expiresAtMs: someTimeMs + hourMs },
        });
        await insertFamily(fresh.store, {
          ...{ id: 'approval', clientId: 'one', scope: 'webhooks' },
          ...{ createdAtMs: someTimeMs, expiresAtMs: someTimeMs + 365 * dayMs },
        });
        const plain = {
          detail: 'x',
          pathStage: undefined,
          contentType: undefined,
          contentEncoding: undefined,
        };
        const refused = { ...plain, code: 'malformed_json', body: Buffer.from('{') };
        await quarantineBody(fresh.store, refused, 1e6, someTimeMs);
      };
      beforeEach(() => void warnings.splice(0));

      it('no call is removed under a clock 410 days ahead, with or without an earlier check', async () => {
        await spoilable();
        expect(await look(someTimeMs + 410 * dayMs)).toEqual({});
        expect(await look(someTimeMs)).toEqual({});
        expect(await look(someTimeMs + 410 * dayMs)).toEqual({});
        expect(await look(someTimeMs + 410 * dayMs + 25_000)).toEqual({});
        expect(warnings).toEqual(Array(3).fill(expect.stringContaining('a day ahead')));
      });

      it('no call is removed because of pushes that were received under the wrong clock', async () => {
        await spoilable();
        await look(someTimeMs);
        await storeCalls(fresh.store, ['of-the-future'], someTimeMs + 410 * dayMs);
        expect(await look(someTimeMs + 410 * dayMs + 1)).toEqual({});
      });

      it('no call is removed under a clock that is ahead for ten minutes at a time', async () => {
        await spoilable();
        for (let day = 0; day < 5; day += 1) {
          expect(await look(someTimeMs + day * 600_000)).toEqual({});
          expect(await look(someTimeMs + (410 + day) * dayMs)).toEqual({});
        }
      });

      it('no call is removed when the second check jumps as far again, because that is not a day later', async () => {
        await spoilable();
        expect(await look(someTimeMs + 410 * dayMs)).toEqual({});
        expect(await look(someTimeMs + 820 * dayMs)).toEqual({});
      });

      it('calls are removed when the clock still shows the same a day later, as after a month without a receiver', async () => {
        await spoilable();
        await look(someTimeMs);
        const backMs = someTimeMs + 30 * dayMs;
        expect(await lookHourly(backMs, backMs + dayMs - 1)).toEqual({});
        expect(await look(backMs + dayMs)).toEqual({
          ...{ calls: 3, pushes: 3, deliveries: 3, quarantined: 1, sessions: 1, tokens: 1 },
        });
      });

      it('removal continues during ten days without a push, and without a warning', async () => {
        await spoilable();
        await look(someTimeMs);
        const removed = await lookHourly(someTimeMs, someTimeMs + 10 * dayMs);
        expect(removed).toMatchObject({ calls: 3, pushes: 3, quarantined: 1 });
        expect(warnings).toEqual([]);
      });

      it('removal waits a day after a shorter retention, but only for old calls', async () => {
        await spoilable();
        await look(someTimeMs, 400);
        await lookHourly(someTimeMs, someTimeMs);
        const laterMs = someTimeMs + 20 * hourMs;
        await storeCalls(fresh.store, ['new'], laterMs);
        for (let nowMs = someTimeMs; nowMs < someTimeMs + 10 * dayMs; nowMs += hourMs) await look(nowMs, 400);
        const cutMs = someTimeMs + 10 * dayMs;
        expect(await look(cutMs, 2)).toEqual({});
        expect(warnings.at(-1)).toContain('RETENTION_DAYS');
        for (let nowMs = cutMs; nowMs < cutMs + dayMs; nowMs += hourMs) await look(nowMs, 2);
        expect(await countRows(fresh.store, 'calls')).toBe(4);
        expect(await look(cutMs + dayMs, 2)).toMatchObject({ calls: 3, quarantined: 1 });
      });
    });

    it('only one of several processes at a time does the housekeeping', async () => {
      await storeSettled(300);
      const others = [await fresh.openAgain(), await fresh.openAgain()];
      await Promise.all(
        [fresh.store, ...others].map((store) => run(1, someTimeMs + 2 * dayMs, silentLog, store)),
      );
      expect(counts).toEqual({ calls: 300, pushes: 300, deliveries: 300 });
    });

    it('the turn of housekeeping goes to one of many simultaneous requests, and to the next when it ends', async () => {
      const asked = await Promise.all(
        Array.from({ length: 8 }, (_none, index) => takeTurn(fresh.store, `p${index}`, turnMs, someTimeMs)),
      );
      expect(asked.filter(Boolean)).toHaveLength(1);
      const first = `p${asked.indexOf(true)}`;
      expect(await takeTurn(fresh.store, 'next', turnMs, someTimeMs + turnMs - 1)).toBe(false);
      expect(await takeTurn(fresh.store, first, turnMs, someTimeMs + 1000)).toBe(true);
      expect(await takeTurn(fresh.store, 'next', turnMs, someTimeMs + turnMs)).toBe(false);
      await endTurn(fresh.store, 'next');
      expect(await takeTurn(fresh.store, 'next', turnMs, someTimeMs + turnMs)).toBe(false);
      await endTurn(fresh.store, first);
      expect(await takeTurn(fresh.store, 'next', turnMs, someTimeMs + 1000)).toBe(true);
    });

    it('the turn of a process that died is taken when it ends or when the clock was set back', async () => {
      await takeTurn(fresh.store, 'dead', turnMs, someTimeMs);
      expect(await takeTurn(fresh.store, 'next', turnMs, someTimeMs + turnMs)).toBe(true);
      expect(await takeTurn(fresh.store, 'third', turnMs, someTimeMs - dayMs)).toBe(true);
    });
  });
}
