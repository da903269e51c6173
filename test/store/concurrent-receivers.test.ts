import { afterEach, describe, expect, it } from 'vitest';
import { createCallMemory } from '../../src/store/call-memory.ts';
import { foldCall } from '../../src/domain/fold.ts';
import { markDue, type Destination } from '../../src/store/deliveries.ts';
import { settle, type Settlement } from '../../src/store/settle.ts';
import { dialects, type DriverError } from '../../src/database/dialect.ts';
import { takeLease } from '../../src/store/destinations.ts';
import { storePushes } from '../../src/store/pushes.ts';
import { makeDueAgain } from '../../src/store/upkeep/replay.ts';
import { quarantineBody, readQuarantine } from '../../src/store/quarantine.ts';
import { engines } from '../fixtures/engines.ts';
import {
  asStored,
  countRows,
  openFreshStore,
  readCall,
  readDelivery,
  type FreshStore,
} from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';
import { untilBlocked } from '../fixtures/until-blocked.ts';

const crm: Destination = { name: 'crm', stages: ['call_start', 'call_end'], settleAfterMs: 1000 };

function deliveredAt(callId: string, revision: number): Settlement {
  return {
    callId,
    revision,
    state: 'delivered',
    dueAtMs: undefined,
    attempts: 1,
    code: undefined,
    reason: undefined,
    remedy: undefined,
    remoteId: callId,
    trace: undefined,
  };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`several processes on one store on ${engine.title}`, () => {
    let fresh: FreshStore;
    afterEach(() => fresh.close());

    it('no field of a call is lost when thirty groups of its pushes are stored at once', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const other = await fresh.openAgain();
      const callIds = ['call-a', 'call-b', 'call-c', 'call-d'];
      const pushesOf = (index: number) =>
        // Each group has the calls in another order.
        callIds.map((_id, position) => {
          const callId = callIds[(position + index) % callIds.length] ?? '';
          return pushOf({ ...inboundBodies(callId).start, [`odd${index}`]: index }, someTimeMs + index);
        });
      const groups = Array.from({ length: 30 }, (_none, index) => pushesOf(index));
      const receivers = [fresh.store, other];
      const memories = [createCallMemory(), createCallMemory()];
      await Promise.all(
        groups.map((group, index) =>
          storePushes(
            receivers[index % 2] ?? other,
            group,
            [crm],
            someTimeMs,
            undefined,
            memories[index % 2],
          ),
        ),
      );
      for (const callId of callIds) {
        const pushes = groups.flat().filter((push) => push.callId === callId);
        const call = await readCall(fresh.store, callId);
        expect(call?.record).toEqual(asStored(foldCall(pushes)));
        expect(call?.revision).toBe(someTimeMs + 29);
      }
      expect(await countRows(fresh.store, 'pushes')).toBe(120);
    });

    it('one push that thirty receivers store at once is recognised', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const other = await fresh.openAgain();
      const memories = [createCallMemory(), createCallMemory()];
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_none, index) =>
          storePushes(
            index % 2 === 0 ? fresh.store : other,
            [pushOf(inboundBodies('one').start, someTimeMs + index)],
            [crm],
            someTimeMs,
            undefined,
            memories[index % 2],
          ),
        ),
      );
      expect(answers.filter(([answer]) => answer?.duplicate === false)).toHaveLength(1);
      expect(new Set(answers.map(([answer]) => answer?.pushId)).size).toBe(1);
      expect(await countRows(fresh.store, 'pushes')).toBe(1);
    });

    it('a call stays due when a push of it comes during the settlement of its batch', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const other = await fresh.openAgain();
      const callIds = Array.from({ length: 20 }, (_none, index) => `race-${index}`);
      const starts = callIds.map((callId) => pushOf(inboundBodies(callId).start));
      await storePushes(fresh.store, starts, [crm], someTimeMs);
      const lease = await takeLease(fresh.store, 'crm', 'one', undefined, 60_000, someTimeMs);
      const settlements = callIds.map((callId) => deliveredAt(callId, someTimeMs));
      await Promise.all([
        ...callIds.map((callId) =>
          storePushes(other, [pushOf(inboundBodies(callId).end)], [crm], someTimeMs + 1),
        ),
        ...[0, 5, 10, 15].map((from) =>
          settle(fresh.store, 'crm', lease?.fence ?? 0, settlements.slice(from, from + 5), someTimeMs + 1),
        ),
      ]);
      for (const callId of callIds) {
        expect(await readDelivery(fresh.store, 'crm', callId)).toMatchObject({
          state: 'due',
          revision: someTimeMs + 1,
          delivered_revision: someTimeMs,
          remote_id: callId,
        });
      }
    });

    it('groups of pushes and settlements of batches cause no deadlock', async () => {
      fresh = await openFreshStore(engine, ['crm', 'table']);
      const other = await fresh.openAgain();
      const undone: unknown[] = [];
      for (const { writer } of [fresh.store, other])
        writer.knex.on('query-error', (error: DriverError) => {
          if (dialects[engine.dialect].isConflict(error)) undone.push(error.code);
        });
      const both = [crm, { ...crm, name: 'table' }];
      // In a language's order a comes before B, and in the order of bytes after it.
      const callIds = ['b', 'A', 'c', 'D', 'a', 'C', 'B', 'd', 'é', 'Z'];
      const starts = callIds.map((callId) => pushOf(inboundBodies(callId).start));
      await storePushes(fresh.store, starts, both, someTimeMs);
      const lease = await takeLease(fresh.store, 'crm', 'one', undefined, 60_000, someTimeMs);
      const turned = <Item>(items: readonly Item[], by: number): Item[] => [
        ...items.slice(by % items.length),
        ...items.slice(0, by % items.length),
      ];
      const rounds = Array.from({ length: 30 }, (_none, index) => index);
      await Promise.all([
        ...rounds.map((index) => {
          const bodies = turned(callIds, index).map((callId) => ({
            ...inboundBodies(callId).start,
            [`odd${index}`]: index,
          }));
          return storePushes(
            index % 2 === 0 ? fresh.store : other,
            (index % 3 === 0 ? bodies.reverse() : bodies).map((body) => pushOf(body, someTimeMs + index)),
            both,
            someTimeMs,
          );
        }),
        ...rounds.map((index) =>
          settle(
            other,
            'crm',
            lease?.fence ?? 0,
            turned(callIds, index).map((callId) => deliveredAt(callId, someTimeMs)),
            someTimeMs,
          ),
        ),
        ...rounds.map((index) => makeDueAgain(other, 'crm', turned(callIds, index), someTimeMs)),
      ]);
      expect(undone).toEqual([]);
      expect(await countRows(fresh.store, 'pushes')).toBe(31 * callIds.length);
    });

    it('a call whose push is about to commit is not settled', async () => {
      fresh = await openFreshStore(engine, ['crm']);
      const other = await fresh.openAgain();
      await storePushes(fresh.store, [pushOf(inboundBodies('about').start)], [crm], someTimeMs);
      const lease = await takeLease(fresh.store, 'crm', 'one', undefined, 60_000, someTimeMs);
      let settling: Promise<boolean> | undefined;
      await other.writer.knex.transaction(async (transaction) => {
        const call = foldCall([pushOf(inboundBodies('about').end)]);
        await markDue(other, transaction, [{ call, revision: someTimeMs + 1 }], [crm], someTimeMs + 1);
        const asked = new Promise((resolve) => fresh.store.writer.knex.once('query', resolve));
        settling = settle(
          fresh.store,
          'crm',
          lease?.fence ?? 0,
          [deliveredAt('about', someTimeMs)],
          someTimeMs,
        );
        // In SQLite the first statement of the settlement waits for the only lock.
        await (engine.dialect === 'sqlite' ? asked : untilBlocked(fresh.store.reader));
      });
      expect(await settling).toBe(true);
      expect(await readDelivery(fresh.store, 'crm', 'about')).toMatchObject({
        state: 'due',
        revision: someTimeMs + 1,
        delivered_revision: someTimeMs,
      });
    });

    it('one refused body that two processes keep at once is counted', async () => {
      fresh = await openFreshStore(engine);
      const other = await fresh.openAgain();
      const refused = {
        body: Buffer.from('{"broken":'),
        code: 'malformed_json',
        detail: 'The body is not JSON.',
        pathStage: undefined,
        contentType: 'application/json',
        contentEncoding: undefined,
      };
      const ids = await Promise.all(
        Array.from({ length: 20 }, (_none, index) =>
          quarantineBody(index % 2 === 0 ? fresh.store : other, refused, 1_000_000, someTimeMs),
        ),
      );
      expect(new Set(ids).size).toBe(1);
      expect((await readQuarantine(fresh.store, {}, 10)).map(({ times }) => times)).toEqual([20]);
    });
  });
}
