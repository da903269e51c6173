import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../../src/store/deliveries.ts';
import type { CallFilter } from '../../../src/store/lookup/call-filter.ts';
import { listCalls, type CallPage } from '../../../src/store/lookup/list-calls.ts';
import { findServices } from '../../../src/store/lookup/recent-services.ts';
import { storePushes } from '../../../src/store/pushes.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { inboundBodies, pushOf, someTimeMs } from '../../fixtures/pushes.ts';

const crm: Destination = { name: 'crm', stages: ['call_start', 'call_end'], settleAfterMs: 0 };
const statusMap = new Map();

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the list of calls on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine, ['crm']);
    });
    afterEach(() => fresh.close());

    const take = (bodies: readonly Record<string, unknown>[], nowMs: number): Promise<unknown> =>
      storePushes(
        fresh.store,
        bodies.map((body) => pushOf(body, nowMs)),
        [crm],
        nowMs,
      );
    const list = (filter: CallFilter, before?: number, limit = 10, withinMs?: number): Promise<CallPage> =>
      listCalls(fresh.store, {
        filter,
        statusMap,
        before,
        limit,
        ...(withinMs !== undefined && { withinMs }),
      });
    const ids = ({ calls }: CallPage): string[] => calls.map(({ call }) => call.id);

    it('the list of calls has the last changed call first, with its deliveries', async () => {
      await take([inboundBodies('one').start], someTimeMs);
      await take([inboundBodies('two').start], someTimeMs + 1);
      await take([inboundBodies('one').end], someTimeMs + 2);
      const page = await list({});
      expect(ids(page)).toEqual(['one', 'two']);
      expect(page.calls[0]?.deliveries).toEqual([
        { destination: 'crm', state: 'due', code: undefined, attempts: 0 },
      ]);
    });

    it('the list continues with the next page, and shows no call twice when many changed at one moment', async () => {
      for (let group = 0; group < 4; group += 1)
        await take(
          Array.from({ length: 5 }, (_none, index) => inboundBodies(`call-${group}-${index}`).start),
          someTimeMs + group,
        );
      const seen: string[] = [];
      let before: number | undefined;
      do {
        const page = await list({}, before, 3);
        seen.push(...ids(page));
        before = page.before;
      } while (before !== undefined);
      expect(seen).toHaveLength(20);
      expect(new Set(seen).size).toBe(20);
    });

    it('the list finds calls by status, direction, service, destination and start', async () => {
      const { start, end } = inboundBodies('ended');
      await take([start], someTimeMs);
      await take([end], someTimeMs + 1);
      await take([inboundBodies('ringing').start], someTimeMs + 2);
      const outbound = {
        callstarttime: '2026-11-22 01:00:00',
        callednumber: '0298765432',
        callingnumber: '0290000000',
        duration: 5,
        dialstatus: 'WEIRD',
      };
      await take([outbound], someTimeMs + 3);
      expect(ids(await list({ status: 'answered' }))).toEqual(['ended']);
      expect(ids(await list({ status: 'in_progress' }))).toEqual(['ringing']);
      const [odd] = (await list({ status: 'unknown' })).calls;
      expect(odd?.call.direction).toBe('outbound');
      expect(ids(await list({ direction: 'inbound' }))).toEqual(['ringing', 'ended']);
      const services = await findServices(fresh.store, String(start['servicename']).toUpperCase());
      expect(ids(await list({ services }))).toEqual(['ringing', 'ended']);
      expect(ids(await list({ destination: 'crm', state: 'due' }))).toHaveLength(3);
      expect(ids(await list({ destination: 'crm', state: 'rejected' }))).toEqual([]);
      const startedAtMs = odd?.call.fields.started_at ?? 0;
      expect(ids(await list({ fromMs: startedAtMs, toMs: startedAtMs }))).toContain(odd?.call.id);
      expect(ids(await list({ fromMs: startedAtMs + 365 * 86_400_000 }))).toEqual([]);
    });

    it('the list finds the calls of a number by its last digits', async () => {
      const { start } = inboundBodies('mine');
      await take([{ ...start, originnumber: '+61 412 345 678' }], someTimeMs);
      await take([{ ...inboundBodies('other').start, originnumber: '0412345679' }], someTimeMs + 1);
      expect(ids(await list({ counterparts: ['412345678'] }))).toEqual(['mine']);
      expect(ids(await list({ counterparts: ['412345678'], direction: 'outbound' }))).toEqual([]);
    });

    it('a long search ends in time, and continues with the next page', async () => {
      for (let group = 0; group < 10; group += 1)
        await take(
          Array.from({ length: 300 }, (_none, index) => inboundBodies(`call-${group}-${index}`).start),
          someTimeMs + 1 + group,
        );
      const { start, end } = inboundBodies('oldest');
      await take([start, end], someTimeMs);
      const first = await list({ status: 'answered' }, undefined, 10, 0);
      expect(first).toMatchObject({ calls: [], isUnfinished: true });
      let page = first;
      for (let pages = 0; pages < 10 && page.isUnfinished; pages += 1)
        page = await list({ status: 'answered' }, page.before, 10, 0);
      expect(ids(page)).toEqual(['oldest']);
    });
  });
}
