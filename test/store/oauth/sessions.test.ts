import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepSettingOnce, readKeptSetting } from '../../../src/store/kept-settings.ts';
import {
  deleteEndedSessions,
  deleteSession,
  readSession,
  writeSession,
} from '../../../src/store/oauth/sessions.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { someTimeMs } from '../../fixtures/pushes.ts';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`sessions and kept settings on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeAll(async () => {
      fresh = await openFreshStore(engine);
    });
    afterAll(() => fresh.close());

    it('a session is returned until it expires', async () => {
      await writeSession(fresh.store, 'a', '{"name":"Zoë ☎"}', someTimeMs + 10);
      expect(await readSession(fresh.store, 'a', someTimeMs + 9)).toBe('{"name":"Zoë ☎"}');
      expect(await readSession(fresh.store, 'a', someTimeMs + 10)).toBeUndefined();
    });

    it('a session is replaced, and deleted on request', async () => {
      await writeSession(fresh.store, 'b', '1', someTimeMs + 10);
      await writeSession(fresh.store, 'b', '2', someTimeMs + 20);
      expect(await readSession(fresh.store, 'b', someTimeMs + 15)).toBe('2');
      await deleteSession(fresh.store, 'b');
      expect(await readSession(fresh.store, 'b', someTimeMs)).toBeUndefined();
    });

    it('expired sessions are removed, up to a limit at a time', async () => {
      for (const hash of ['x', 'y', 'z']) await writeSession(fresh.store, hash, '1', someTimeMs - 1);
      await writeSession(fresh.store, 'lasting', '1', someTimeMs + 1000);
      expect(await deleteEndedSessions(fresh.store, someTimeMs, 2)).toBe(2);
      expect(await deleteEndedSessions(fresh.store, someTimeMs, 2)).toBe(1);
      expect(await readSession(fresh.store, 'lasting', someTimeMs)).toBe('1');
    });

    it('the setting of only one of five simultaneous writers is stored', async () => {
      const kept = await Promise.all(
        [1, 2, 3, 4, 5].map((number) =>
          fresh.store.writer.knex.transaction((transaction) =>
            keepSettingOnce(fresh.store, 'first_started_at', `start ${number}`, transaction),
          ),
        ),
      );
      expect(kept.filter(Boolean)).toHaveLength(1);
      const value = await readKeptSetting(fresh.store, 'first_started_at');
      expect(value).toBe(`start ${kept.indexOf(true) + 1}`);
      expect(await readKeptSetting(fresh.store, 'console_password_hash')).toBeUndefined();
    });
  });
}
