import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  markReplayed,
  quarantineBody,
  QuarantineFull,
  readQuarantine,
  type RefusedBody,
} from '../../src/store/quarantine.ts';
import { engines } from '../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../fixtures/fresh-store.ts';
import { someTimeMs } from '../fixtures/pushes.ts';

const capBytes = 1_000_000;

function refused(body: string | Buffer, rest: Partial<RefusedBody> = {}): RefusedBody {
  return {
    body: Buffer.from(body),
    code: 'malformed_json',
    detail: 'The body is not JSON.',
    pathStage: undefined,
    contentType: 'application/json',
    contentEncoding: undefined,
    ...rest,
  };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the quarantine on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
    });
    afterEach(() => fresh.close());

    const keep = (given: RefusedBody, nowMs = someTimeMs, cap = capBytes) =>
      quarantineBody(fresh.store, given, cap, nowMs);

    it('the quarantine keeps a body with its known facts', async () => {
      const id = await keep(refused('{', { pathStage: 'call_end', contentEncoding: 'gzip' }));
      expect(await readQuarantine(fresh.store, {}, 10)).toEqual([
        {
          id,
          code: 'malformed_json',
          detail: 'The body is not JSON.',
          pathStage: 'call_end',
          contentType: 'application/json',
          contentEncoding: 'gzip',
          times: 1,
          firstReceivedAtMs: someTimeMs,
          lastReceivedAtMs: someTimeMs,
          replayedAs: undefined,
          body: Buffer.from('{'),
        },
      ]);
    });

    it('the quarantine keeps an identical body once, and counts it', async () => {
      const id = await keep(refused('{'));
      expect(await keep(refused('{'), someTimeMs + 9)).toBe(id);
      expect(await readQuarantine(fresh.store, {}, 10)).toMatchObject([
        { id, times: 2, firstReceivedAtMs: someTimeMs, lastReceivedAtMs: someTimeMs + 9 },
      ]);
    });

    it('the quarantine keeps a body twice when it was refused for two reasons or on two paths', async () => {
      await keep(refused('{'));
      await keep(refused('{', { code: 'too_deep' }));
      await keep(refused('{', { pathStage: 'call_start' }));
      expect(await readQuarantine(fresh.store, {}, 10)).toHaveLength(3);
    });

    it('the quarantine returns the exact bytes of any body', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          const id = await keep(refused(Buffer.from(bytes)));
          const [kept] = await readQuarantine(fresh.store, { id }, 1);
          expect(kept?.body.equals(bytes)).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

    it('the quarantine refuses a new body above the limit', async () => {
      await keep(refused('x'.repeat(1000)), someTimeMs, 3000);
      await expect(keep(refused('y'.repeat(2000)), someTimeMs, 3000)).rejects.toBeInstanceOf(QuarantineFull);
      expect(await readQuarantine(fresh.store, {}, 10)).toHaveLength(1);
    });

    it('the quarantine counts a known body even above the limit', async () => {
      const id = await keep(refused('x'.repeat(1000)), someTimeMs, 3000);
      expect(await keep(refused('x'.repeat(1000)), someTimeMs, 10)).toBe(id);
    });

    it('the quarantine fills up with tiny bodies too', async () => {
      const kept: string[] = [];
      const filling = async (): Promise<void> => {
        for (let index = 0; ; index += 1) kept.push(await keep(refused(String(index)), someTimeMs, 5130));
      };
      await expect(filling()).rejects.toBeInstanceOf(QuarantineFull);
      expect(kept).toHaveLength(10);
    });

    it('the quarantine returns bodies page by page, the oldest first, without replayed ones', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1)
        ids.push(await keep(refused(String(index)), someTimeMs + index));
      await markReplayed(fresh.store, ids[1] ?? '', 'a-push');
      const first = await readQuarantine(fresh.store, {}, 2);
      const rest = await readQuarantine(fresh.store, { afterId: first[1]?.id }, 10);
      expect([...first, ...rest].map(({ id }) => id)).toEqual([ids[0], ids[2], ids[3], ids[4]]);
    });

    it('the quarantine frees the space of a body after its replay', async () => {
      const id = await keep(refused('x'.repeat(2000)), someTimeMs, 3000);
      await expect(keep(refused('y'.repeat(2000)), someTimeMs, 3000)).rejects.toBeInstanceOf(QuarantineFull);
      await markReplayed(fresh.store, id, 'a-push');
      await keep(refused('y'.repeat(2000)), someTimeMs + 1, 3000);
      const rows = await fresh.store.reader
        .knex('quarantine')
        .orderBy('id')
        .select<{ body: Buffer }[]>('body');
      expect(rows.map(({ body }) => body.length)).toEqual([0, 2000]);
    });

    it('the quarantine keeps a body again when it is refused after its replay', async () => {
      const first = await keep(refused('{'));
      await markReplayed(fresh.store, first, 'a-push');
      const second = await keep(refused('{'), someTimeMs + 1);
      expect(await readQuarantine(fresh.store, {}, 10)).toMatchObject([
        { id: second, times: 1, body: Buffer.from('{') },
      ]);
    });

    it('the quarantine finds bodies by reason and by time', async () => {
      await keep(refused('a'), someTimeMs);
      const late = await keep(refused('b', { code: 'not_a_call' }), someTimeMs + 10);
      expect((await readQuarantine(fresh.store, { code: 'not_a_call' }, 10)).map(({ id }) => id)).toEqual([
        late,
      ]);
      expect(
        (await readQuarantine(fresh.store, { sinceMs: someTimeMs + 10 }, 10)).map(({ id }) => id),
      ).toEqual([late]);
    });
  });
}
