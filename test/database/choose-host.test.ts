import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.ts';
import { parseServerAddress } from '../../src/database/server-address.ts';
import { ask } from '../fixtures/ask.ts';
import { engines } from '../fixtures/engines.ts';
import { freePort } from '../fixtures/free-port.ts';

for (const engine of engines.filter(({ dialect }) => dialect !== 'sqlite')) {
  describe.skipIf(!engine.given)(`an address with several hosts of ${engine.title}`, () => {
    it('an address with several hosts leads to the first one that answers and accepts writes, with many connections at once', async () => {
      const fresh = await engine.fresh();
      const database = openDatabase(await withHosts(fresh.url, (own, dead) => `${dead},${own}`));
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          database.knex.transaction((transaction) =>
            ask({ ...database, knex: transaction }, 'SELECT 1 AS one'),
          ),
        ),
      );
      expect(answers).toEqual(Array.from({ length: 20 }, () => [{ one: 1 }]));
      await database.close();
      await fresh.drop();
    });

    it('an address with several hosts counts as away when no host can be used, and each is named', async () => {
      const fresh = await engine.fresh();
      const database = openDatabase(await withHosts(fresh.url, (_own, dead) => `${dead},${dead}`));
      const error = await ask(database, 'SELECT 1 AS one').catch((thrown: unknown) => thrown as Error);
      expect((error as Error).message).toMatch(
        /No database server can be used: .+ cannot be reached .+, .+ cannot be reached/,
      );
      expect(database.isAway(error)).toBe(true);
      await database.close();
      await fresh.drop();
    });
  });
}

/** The same address with other hosts: they are made from the real one, and from one at which nothing listens. */
async function withHosts(url: string, choose: (own: string, dead: string) => string): Promise<string> {
  const address = parseServerAddress(url);
  if ('fault' in address) throw new Error(address.fault);
  const [host] = address.hosts;
  const own = `${host?.host ?? ''}:${host?.port ?? ''}`;
  const { host: named } = new URL(url);
  return `${url.replace(named, choose(own, `127.0.0.1:${await freePort()}`))}?target_session_attrs=read-write`;
}
