import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldCall } from '../../src/domain/fold.ts';
import type { Destination } from '../../src/store/deliveries.ts';
import { storePushes, type NewPush } from '../../src/store/pushes.ts';
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

const crm: Destination = {
  name: 'crm',
  stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  settleAfterMs: 1000,
};

for (const engine of engines) {
  describe.skipIf(!engine.given)(`storing pushes on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeAll(async () => {
      fresh = await openFreshStore(engine, ['crm', 'table']);
    });
    afterAll(() => fresh.close());

    const store = (pushes: readonly NewPush[], nowMs = someTimeMs, destinations = [crm]) =>
      storePushes(fresh.store, pushes, destinations, nowMs);

    it('a push is stored with its call and a due delivery for each destination', async () => {
      const push = pushOf(inboundBodies('together').start);
      await store([push], someTimeMs, [crm, { ...crm, name: 'table' }]);
      expect((await readCall(fresh.store, 'together'))?.record).toEqual(asStored(foldCall([push])));
      for (const destination of ['crm', 'table']) {
        expect(await readDelivery(fresh.store, destination, 'together')).toMatchObject({
          state: 'due',
          due_at: someTimeMs,
          revision: someTimeMs,
        });
      }
    });

    it('neither push nor call is stored when the deliveries cannot be written', async () => {
      const pushesBefore = await countRows(fresh.store, 'pushes');
      const { writer: another } = await fresh.openAgain();
      await another.knex.schema.renameTable('deliveries', 'deliveries_away');
      try {
        await expect(store([pushOf(inboundBodies('torn').start)])).rejects.toThrow();
      } finally {
        await another.knex.schema.renameTable('deliveries_away', 'deliveries');
      }
      expect(await readCall(fresh.store, 'torn')).toBeUndefined();
      expect(await countRows(fresh.store, 'pushes')).toBe(pushesBefore);
    });

    it('a repeat in the same group returns the id of the first push', async () => {
      const first = pushOf(inboundBodies('repeat-group').start);
      const repeat = pushOf(inboundBodies('repeat-group').start, someTimeMs + 5);
      expect(await store([first, repeat])).toEqual([
        { pushId: first.id, duplicate: false },
        { pushId: first.id, duplicate: true },
      ]);
    });

    it('a repeat in a later group returns the id of the first push, and writes nothing', async () => {
      const first = pushOf(inboundBodies('repeat-later').start);
      await store([first]);
      const before = await readCall(fresh.store, 'repeat-later');
      const repeat = pushOf(inboundBodies('repeat-later').start, someTimeMs + 5);
      expect(await store([repeat], someTimeMs + 5)).toEqual([{ pushId: first.id, duplicate: true }]);
      expect(await readCall(fresh.store, 'repeat-later')).toEqual(before);
    });

    it('the same content under two call ids is stored as two pushes', async () => {
      const push = pushOf(inboundBodies('twin-a').start);
      const twin = { ...push, id: `${push.id.slice(0, -1)}x`, callId: 'twin-b' };
      expect((await store([push, twin])).map(({ duplicate }) => duplicate)).toEqual([false, false]);
    });

    it('call ids that differ only in case are distinguished', async () => {
      await store([pushOf(inboundBodies('case-Ab').start), pushOf(inboundBodies('case-aB').start)]);
      expect((await readCall(fresh.store, 'case-Ab'))?.record.id).toBe('case-Ab');
      expect((await readCall(fresh.store, 'case-aB'))?.record.id).toBe('case-aB');
    });

    it('the pushes of several calls in one group are folded into the right calls', async () => {
      const [a, b] = [inboundBodies('several-a'), inboundBodies('several-b')];
      await store([pushOf(a.end), pushOf(b.start), pushOf(a.start), pushOf(b.answered)]);
      expect((await readCall(fresh.store, 'several-a'))?.record.stage).toBe('call_end');
      expect((await readCall(fresh.store, 'several-b'))?.record.stage).toBe('call_answered');
    });

    it('each new push raises the revision, also when the clock stands still', async () => {
      const { start, answered, end } = inboundBodies('revision');
      const revisions: (number | undefined)[] = [];
      for (const body of [start, answered, end]) {
        await store([pushOf(body)]);
        revisions.push((await readCall(fresh.store, 'revision'))?.revision);
      }
      expect(revisions).toEqual([someTimeMs, someTimeMs + 1, someTimeMs + 2]);
    });

    it('a new push raises the revision when the clock was set back', async () => {
      const { start, end } = inboundBodies('clock-back');
      await store([pushOf(start)]);
      await store([pushOf(end, someTimeMs - 3_600_000)], someTimeMs - 3_600_000);
      expect((await readCall(fresh.store, 'clock-back'))?.revision).toBe(someTimeMs + 1);
    });

    it('a revision is never below the clock', async () => {
      const { start, end } = inboundBodies('clock-on');
      await store([pushOf(start)]);
      await store([pushOf(end)], someTimeMs + 60_000);
      expect((await readCall(fresh.store, 'clock-on'))?.revision).toBe(someTimeMs + 60_000);
    });

    it.each([
      ['text beyond ASCII', '{"callsessionid":"bytes-1","servicename":"Zoë’s ☎ 电话 😀"}'],
      ['a byte order mark and odd spacing', '\ufeff { "callsessionid" :\t"bytes-2" }\r\n'],
      [
        'escapes, quotes, backslashes and NUL',
        String.raw`{"callsessionid":"bytes-3","x":"\"\\\u0000\ud83d\ude00?'$1"}`,
      ],
      ['200 KiB', JSON.stringify({ callsessionid: 'bytes-4', x: 'é'.repeat(100 * 1024) })],
    ])('the exact bytes of a body are returned: %s', async (_what, text) => {
      const push = pushOf(text);
      await store([push]);
      const row = await fresh.store.writer
        .knex('pushes')
        .where({ id: push.id })
        .first<{ body: Buffer }>('body');
      expect(Buffer.from(text).equals(row.body)).toBe(true);
    });

    it('text beyond ASCII stays unchanged in the call', async () => {
      await store([pushOf({ callsessionid: 'words', servicename: 'Zoë’s ☎ 电话 😀 "\\\'' })]);
      const call = await readCall(fresh.store, 'words');
      expect(call?.record.fields.service_name).toBe('Zoë’s ☎ 电话 😀 "\\\'');
    });

    it('the same call is stored whatever the order and the grouping of its pushes', async () => {
      const { start, answered, end } = inboundBodies('');
      const bodies = [
        start,
        answered,
        { ...answered, answeringpoint: '0398765432', dialtime: '2026-11-22 01:00:20' },
        { ...start, servicename: 'Support' },
        end,
        { ...end, duration: '66', campaign: 'spring', odd: ['x'] },
      ];
      const order = fc.shuffledSubarray([...bodies.keys()], { minLength: 1 });
      const cuts = fc.array(fc.nat({ max: bodies.length }), { maxLength: 3 });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(order, cuts, async (indexes, cutsAt) => {
          const callId = `fold-${(run += 1)}`;
          const pushes = indexes.map((index) =>
            pushOf({ ...bodies[index], callsessionid: callId }, someTimeMs + index * 1000),
          );
          const bounds = [0, ...cutsAt.sort((a, b) => a - b), pushes.length];
          for (const [position, from] of bounds.entries()) {
            const group = pushes.slice(from, bounds[position + 1]);
            if (group.length > 0) await store(group);
          }
          expect((await readCall(fresh.store, callId))?.record).toEqual(asStored(foldCall(pushes)));
        }),
        { numRuns: engine.dialect === 'sqlite' ? 60 : 15 },
      );
    });
  });
}
