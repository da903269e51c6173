import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBacklog } from '../../../src/store/backlog.ts';
import type { Destination } from '../../../src/store/deliveries.ts';
import { readLastLanding } from '../../../src/store/lookup/last-landing.ts';
import { readLastPushes, readPushMinutes, readQuarantineState } from '../../../src/store/lookup/overview.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { markReplayed, quarantineBody } from '../../../src/store/quarantine.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { inboundBodies, pushOf } from '../../fixtures/pushes.ts';

const minuteMs = 60_000;
/** In the middle of a minute. */
const nowMs = Date.UTC(2026, 10, 22, 1, 0, 30);
const crm: Destination = { name: 'crm', stages: ['call_start', 'call_end'], settleAfterMs: 0 };

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the figures of the overview on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm', 'other']);
    });
    afterEach(() => fresh.close());

    const push = (id: string, part: 'start' | 'answered' | 'end', atMs: number, to: Destination[] = []) =>
      storePushes(fresh.store, [pushOf(inboundBodies(id)[part], atMs)], to, atMs);
    const settle = (callId: string, rest: Record<string, unknown>): Promise<unknown> =>
      fresh.store.writer
        .knex('deliveries')
        .where({ call_id: callId })
        .update({ due_at: null, due_since: null, attempted_at: nowMs, ...rest });

    it('the overview counts the pushes of each minute, with zeros, up to the present minute', async () => {
      await push('a', 'start', nowMs - 30_001);
      await push('a', 'answered', nowMs - 30_000);
      await push('a', 'end', nowMs);
      await push('b', 'end', nowMs - 3 * minuteMs);
      const minutes = await readPushMinutes(fresh.store, 3, nowMs);
      const begin = nowMs - 30_000;
      expect(minutes).toEqual([
        { startMs: begin - 2 * minuteMs, pushes: 0 },
        { startMs: begin - minuteMs, pushes: 1 },
        { startMs: begin, pushes: 2 },
      ]);
    });

    it('the overview says when the last push of each stage came', async () => {
      expect(await readLastPushes(fresh.store)).toEqual(new Map());
      await push('a', 'start', nowMs);
      await push('a', 'end', nowMs + 2);
      await push('b', 'start', nowMs + 1);
      expect(await readLastPushes(fresh.store)).toEqual(
        new Map([
          ['call_start', nowMs + 1],
          ['call_end', nowMs + 2],
        ]),
      );
    });

    it('the overview counts the waiting bodies of the quarantine, with the time of the last one', async () => {
      expect(await readQuarantineState(fresh.store)).toEqual({ bodies: 0, lastAtMs: undefined });
      const refused = {
        ...{ code: 'not_a_call', detail: 'No call.', pathStage: undefined, contentType: undefined },
        contentEncoding: undefined,
      };
      const keep = (text: string, atMs: number): Promise<string> =>
        quarantineBody(fresh.store, { ...refused, body: Buffer.from(text) }, 1e6, atMs);
      await keep('one', nowMs);
      await keep('two', nowMs + 5);
      await markReplayed(fresh.store, await keep('three', nowMs + 9), 'a-push');
      expect(await readQuarantineState(fresh.store)).toEqual({ bodies: 2, lastAtMs: nowMs + 5 });
    });

    it('the overview counts due and resting deliveries of each destination up to a limit, and says so', async () => {
      for (const [index, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries())
        await push(id, 'end', nowMs + index, [crm]);
      for (const id of ['d', 'e']) await settle(id, { state: 'rejected' });
      await settle('f', { state: 'exhausted' });
      const read = (limit?: number) => readBacklog(fresh.store, ['crm', 'other'], nowMs + 100, limit);
      const none = { deliveries: 0, ageMs: 0, resting: { rejected: 0, exhausted: 0 }, isMore: false };
      const all = { deliveries: 3, ageMs: 100, resting: { rejected: 2, exhausted: 1 }, isMore: false };
      expect(await read()).toMatchObject([all, none]);
      expect(await read(4)).toMatchObject([all, none]);
      expect(await read(2)).toMatchObject([{ ...all, deliveries: 2, isMore: true }, none]);
    });

    it('the overview shows the last landing among the calls that changed last', async () => {
      expect(await readLastLanding(fresh.store.reader)).toBeUndefined();
      const other = { ...crm, name: 'other' };
      for (const id of ['a', 'b']) await push(id, 'end', nowMs, [crm, other]);
      await settle('a', { state: 'delivered', attempted_at: nowMs + 1 });
      await settle('b', { state: 'rejected', attempted_at: nowMs + 9 });
      await fresh.store.writer
        .knex('deliveries')
        .where({ call_id: 'a', destination: 'other' })
        .update({ attempted_at: nowMs + 4 });
      expect(await readLastLanding(fresh.store.reader)).toEqual({ destination: 'other', atMs: nowMs + 4 });
    });
  });
}
