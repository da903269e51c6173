import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  askedRedirectsMax,
  deleteOldAskedRedirects,
  forgetAskedRedirect,
  noteAskedRedirect,
  readAskedRedirects,
} from '../../../src/store/lookup/asked-redirects.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { someTimeMs } from '../../fixtures/pushes.ts';

const uri = 'https://jet.example/Callback?tenant=1';

for (const engine of engines) {
  describe.skipIf(!engine.given)(`requested redirect URIs on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeEach(async () => {
      fresh = await openFreshStore(engine);
    });
    afterEach(() => fresh.close());
    const read = () => readAskedRedirects(fresh.store.reader);

    it('requested redirect URIs are kept exactly and counted, and the latest comes first', async () => {
      await noteAskedRedirect(fresh.store, 'one', uri, someTimeMs);
      await noteAskedRedirect(fresh.store, 'one', uri.toLowerCase(), someTimeMs + 1);
      await noteAskedRedirect(fresh.store, 'one', uri, someTimeMs + 2);
      const other = { uri: uri.toLowerCase(), times: 1, firstAtMs: someTimeMs + 1, lastAtMs: someTimeMs + 1 };
      expect(await read()).toEqual([
        { clientId: 'one', uri, times: 2, firstAtMs: someTimeMs, lastAtMs: someTimeMs + 2 },
        { clientId: 'one', ...other },
      ]);
    });

    it('requested redirect URIs are limited in number, whatever the number of requests', async () => {
      for (let number = 0; number < askedRedirectsMax + 5; number += 1)
        await noteAskedRedirect(fresh.store, 'one', `${uri}&n=${number}`, someTimeMs + number);
      const kept = await read();
      expect(kept).toHaveLength(askedRedirectsMax);
      expect(kept.at(-1)?.uri).toBe(`${uri}&n=5`);
    });

    it('requested redirect URIs are removed on request, and when they are old', async () => {
      await noteAskedRedirect(fresh.store, 'one', uri, someTimeMs);
      await noteAskedRedirect(fresh.store, 'two', uri, someTimeMs);
      await noteAskedRedirect(fresh.store, 'three', uri, someTimeMs + 9);
      await forgetAskedRedirect(fresh.store, 'two', uri);
      expect(await deleteOldAskedRedirects(fresh.store, someTimeMs + 9)).toBe(1);
      expect((await read()).map(({ clientId }) => clientId)).toEqual(['three']);
    });

    it('a requested redirect URI that is longer than an address is not kept', async () => {
      await noteAskedRedirect(fresh.store, 'one', `${uri}${'a'.repeat(1_000)}`, someTimeMs);
      expect(await read()).toEqual([]);
    });
  });
}
