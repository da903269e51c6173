import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completeAudit, deleteOldAudit, readAudit, recordAudit } from '../../../src/store/lookup/audit.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { someTimeMs } from '../../fixtures/pushes.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`the audit table on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
    });
    afterEach(() => fresh.close());

    const record = (what: string, atMs: number, rest = {}): Promise<string> =>
      recordAudit(fresh.store, { who: 'operator', what, ...rest }, atMs);
    const words = async (limit: number, before?: string): Promise<string[]> =>
      (await readAudit(fresh.store, limit, before)).map(({ what }) => what);

    it('the audit table keeps who did what, when, on what and why, and how much changed once it is known', async () => {
      const id = await record('replayed deliveries', someTimeMs, { filter: 'state rejected', reason: 'Why' });
      const entry = {
        ...{ id, atMs: someTimeMs, who: 'operator', what: 'replayed deliveries' },
        ...{ filter: 'state rejected', reason: 'Why', count: undefined },
      };
      expect(await readAudit(fresh.store, 10)).toEqual([entry]);
      await completeAudit(fresh.store, id, 3);
      expect(await readAudit(fresh.store, 10)).toEqual([{ ...entry, count: 3 }]);
    });

    it('the audit table is read page by page, the newest entry first', async () => {
      for (let number = 0; number < 5; number += 1) await record(`change ${number}`, someTimeMs + number);
      expect(await words(2)).toEqual(['change 4', 'change 3']);
      const before = (await readAudit(fresh.store, 2)).at(-1)?.id;
      expect(await words(9, before)).toEqual(['change 2', 'change 1', 'change 0']);
    });

    it('the audit table cuts long texts, and keeps every character', async () => {
      await record('w'.repeat(200), someTimeMs, { filter: 'f'.repeat(3_000), reason: 'naïve 🙂' });
      const [entry] = await readAudit(fresh.store, 1);
      expect([entry?.what.length, entry?.filter?.length, entry?.reason]).toEqual([100, 2_000, 'naïve 🙂']);
    });

    it('the audit table loses old entries in steps', async () => {
      for (let number = 0; number < 5; number += 1) await record(`change ${number}`, someTimeMs + number);
      const remove = (): Promise<number> => deleteOldAudit(fresh.store, someTimeMs + 3, 2);
      expect([await remove(), await remove(), await remove()]).toEqual([2, 1, 0]);
      expect(await words(9)).toEqual(['change 4', 'change 3']);
    });
  });
}
