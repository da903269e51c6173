import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTogether } from '../../src/database/together/write-together.ts';
import { foldCall } from '../../src/domain/fold.ts';
import { createCallMemory, type CallMemory } from '../../src/store/call-memory.ts';
import type { Destination } from '../../src/store/deliveries.ts';
import { storePushes, type NewPush, type StoredPush } from '../../src/store/pushes.ts';
import type { Store } from '../../src/store/store.ts';
import { trimCalls } from '../../src/store/upkeep/trim-calls.ts';
import { engines } from '../fixtures/engines.ts';
import { asStored, countRows, openFreshStore, readCall, type FreshStore } from '../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../fixtures/pushes.ts';

const crm: Destination = {
  name: 'crm',
  stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  settleAfterMs: 1000,
};
const secretKey = 'a-key-of-the-tests-with-32-letters';
const secretKeys = { present: secretKey, previous: undefined };
const laterMs = someTimeMs + 86_400_000;

for (const engine of engines.filter(({ dialect }) => writeTogether[dialect] !== undefined)) {
  describe.skipIf(!engine.given)(`storing pushes with a memory of calls on ${engine.title}`, () => {
    let fresh: FreshStore;
    let memory: CallMemory;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm']);
      memory = createCallMemory();
    });
    afterEach(() => fresh.close());

    const store = (pushes: readonly NewPush[], nowMs = someTimeMs, by: CallMemory | undefined = memory) =>
      storePushes(fresh.store, pushes, [crm], nowMs, secretKeys, by);
    const contentOf = async ({ reader: { knex } }: Store): Promise<unknown[]> => [
      await knex('pushes').orderBy('id'),
      await knex('calls').orderBy('id'),
      await knex('deliveries').orderBy(['call_id', 'destination']),
    ];
    const trim = async (): Promise<void> => {
      await fresh.store.writer.knex('deliveries').update({ state: 'delivered' });
      await trimCalls(fresh.store, { beforeMs: laterMs, secretKey, afterId: '', pushesMax: 100 }, laterMs);
    };

    it('the memory of calls leaves the same rows and gives the same answers as no memory', async () => {
      const calls = 30;
      const stages = ['start', 'answered', 'end'] as const;
      const oneOf = fc.record({
        call: fc.nat({ max: calls - 1 }),
        stage: fc.constantFrom(...stages),
        duration: fc.constantFrom('65', '66'),
        // Two calls under one id: another number, a day apart.
        other: fc.boolean(),
      });
      const groups = fc.array(fc.array(oneOf, { minLength: 1, maxLength: 12 }), {
        minLength: 1,
        maxLength: 25,
      });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(groups, async (given) => {
          const plain = await openFreshStore(engine, ['crm']);
          const own = await openFreshStore(engine, ['crm']);
          const remembering = createCallMemory();
          run += 1;
          try {
            for (const [index, group] of given.entries()) {
              const nowMs = someTimeMs + index;
              const pushes = group.map(({ call, stage, duration, other }) => {
                const body = inboundBodies(`run-${run}-${call}`)[stage];
                const changes = other
                  ? { originnumber: '0299990000', callstarttime: '2026-11-20 01:00:00' }
                  : {};
                return pushOf({ ...body, ...changes, ...(stage === 'end' && { duration }) }, nowMs);
              });
              const answers: StoredPush[][] = [];
              for (const [at, by] of [
                [plain.store, undefined],
                [own.store, remembering],
              ] as const)
                answers.push(await storePushes(at, pushes, [crm], nowMs, secretKeys, by));
              expect(answers[1]).toEqual(answers[0]);
            }
            expect(await contentOf(own.store)).toEqual(await contentOf(plain.store));
          } finally {
            await plain.close();
            await own.close();
          }
        }),
        { numRuns: engine.dialect === 'sqlite' ? 8 : 4 },
      );
    });

    it('a call that another process changed is folded from all its pushes', async () => {
      const { start, answered, end } = inboundBodies('shared');
      const pushes = [start, answered, end].map((body, index) => pushOf(body, someTimeMs + index));
      const [first, second, third] = pushes as [NewPush, NewPush, NewPush];
      await store([first]);
      await store([second], someTimeMs + 1, createCallMemory());
      await store([third], someTimeMs + 2);
      expect((await readCall(fresh.store, 'shared'))?.record).toEqual(asStored(foldCall(pushes)));
    });

    it('a repeat of a push that another process stored is recognised', async () => {
      const first = pushOf(inboundBodies('shared').start);
      await store([first], someTimeMs, createCallMemory());
      const repeat = pushOf(inboundBodies('shared').start, someTimeMs + 5);
      expect(await store([repeat], someTimeMs + 5)).toEqual([{ pushId: first.id, duplicate: true }]);
      expect(await countRows(fresh.store, 'pushes')).toBe(1);
    });

    it('a repeat is set aside when its remembered call was removed meanwhile', async () => {
      await store([pushOf(inboundBodies('gone').start)]);
      await trim();
      const repeat = pushOf(inboundBodies('gone').start, laterMs);
      const other = pushOf(inboundBodies('other').start, laterMs);
      expect(await store([repeat, other], laterMs)).toEqual([
        { pushId: repeat.id, duplicate: false, setAside: 'call_removed' },
        { pushId: other.id, duplicate: false },
      ]);
      expect(await readCall(fresh.store, 'gone')).toBeUndefined();
    });

    it('a late push is set aside when its removed call is not remembered', async () => {
      await store([pushOf(inboundBodies('gone').start)]);
      await trim();
      const late = pushOf(inboundBodies('gone').end, laterMs);
      expect(await store([late], laterMs, createCallMemory())).toEqual([
        { pushId: late.id, duplicate: false, setAside: 'call_removed' },
      ]);
      expect(await countRows(fresh.store, 'pushes')).toBe(0);
    });

    it('nothing is remembered of a group that could not be written', async () => {
      const start = pushOf(inboundBodies('torn').start);
      const { writer: another } = await fresh.openAgain();
      await another.knex.schema.renameTable('deliveries', 'deliveries_away');
      await expect(store([start])).rejects.toThrow();
      expect(memory.recall(['torn']).pushes).toEqual([]);
    });

    it('a call is remembered after its end, because a repeat or a correction can still come', async () => {
      const { start, end } = inboundBodies('ended');
      await store([pushOf(start)]);
      await store([pushOf(end, someTimeMs + 1)], someTimeMs + 1);
      expect(memory.recall(['ended']).pushes).toHaveLength(2);
    });

    it('a call of many pushes is not remembered, and neither are the bodies of pushes', async () => {
      const { start } = inboundBodies('long');
      await store([pushOf(start)]);
      expect(memory.recall(['long']).pushes.every((push) => !('body' in push))).toBe(true);
      await store([pushOf({ ...start, servicename: 'x'.repeat(40_000) }, someTimeMs + 1)], someTimeMs + 1);
      expect(memory.recall(['long']).pushes).toEqual([]);
    });
  });
}
