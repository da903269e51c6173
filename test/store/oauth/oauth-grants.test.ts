import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deleteEndedGrants,
  endFamily,
  insertCode,
  insertFamily,
  keepRefreshToken,
  readApprovals,
  readRefreshToken,
  spendParent,
  takeCode,
} from '../../../src/store/oauth/oauth-grants.ts';
import { insertClient, insertToken, readToken } from '../../../src/store/oauth/oauth-rows.ts';
import { engines } from '../../fixtures/engines.ts';
import { countRows, openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { someTimeMs } from '../../fixtures/pushes.ts';
import { untilBlocked } from '../../fixtures/until-blocked.ts';

const yearMs = 365 * 86_400_000;

for (const engine of engines) {
  describe.skipIf(!engine.given)(`OAuth approvals on ${engine.title}`, () => {
    let fresh: FreshStore;
    let made = 0;
    beforeAll(async () => {
      fresh = await openFreshStore(engine);
      await insertClient(fresh.store, {
        id: 'one',
        name: 'Jet',
        secretHash: 'a'.repeat(64),
        previousSecretHash: undefined,
        previousSecretUntilMs: undefined,
        redirectUris: [],
        pkceRequired: false,
        scope: 'webhooks',
        createdAtMs: someTimeMs,
        revokedAtMs: undefined,
      });
    });
    afterAll(() => fresh.close());

    /** A new approval, with a code and a refresh token named after it. */
    const approve = async (expiresAtMs = someTimeMs + yearMs): Promise<string> => {
      const id = `family-${(made += 1)}`;
      const base = { clientId: 'one', scope: 'webhooks' };
      await insertFamily(fresh.store, { id, ...base, createdAtMs: someTimeMs + made, expiresAtMs });
      await insertCode(fresh.store, {
        ...base,
        hash: `code-${id}`,
        familyId: id,
        redirectUri: undefined,
        codeChallenge: undefined,
        expiresAtMs: Math.min(expiresAtMs, someTimeMs + 60_000),
      });
      await keepRefreshToken(
        fresh.store,
        { hash: `refresh-${id}`, familyId: id, parentHash: undefined },
        someTimeMs,
      );
      return id;
    };

    it('one of ten simultaneous requests gets a code, and then its family ends', async () => {
      const id = await approve();
      const takes = await Promise.all(
        Array.from({ length: 10 }, () => takeCode(fresh.store, `code-${id}`, 'one', someTimeMs)),
      );
      expect(takes.filter((taken) => typeof taken === 'object')).toHaveLength(1);
      expect(takes.filter((taken) => taken === 'used')).toHaveLength(9);
      expect(await readRefreshToken(fresh.store, `refresh-${id}`)).toMatchObject({ familyEnded: true });
    });

    it.skipIf(engine.dialect === 'sqlite')(
      'a token is marked as spent even after the server aborted that transaction once',
      async () => {
        const id = await approve();
        const successor = { hash: `next-${id}`, familyId: id, parentHash: `refresh-${id}` };
        await keepRefreshToken(fresh.store, successor, someTimeMs);
        const { knex } = (await fresh.openAgain()).writer;
        const undone: unknown[] = [];
        fresh.store.writer.knex.on('query-error', (error: unknown) => undone.push(error));
        let spending: Promise<void> | undefined;
        await knex.transaction(async (other) => {
          // This transaction has much to undo, so the server aborts the other one.
          const rows = Array.from({ length: 50 }, (_none, index) => ({
            ...{ hash: `many-${index}`, family_id: id, issued_at: someTimeMs },
          }));
          await other('oauth_refresh_tokens').insert(rows);
          await other('oauth_refresh_tokens')
            .where({ hash: `refresh-${id}` })
            .update({ issued_at: 1 });
          spending = spendParent(fresh.store, successor.hash, id, someTimeMs);
          spending.catch(() => undefined);
          await untilBlocked(fresh.store.reader);
          await other('oauth_families').where({ id }).update({ last_used_at: 1 });
        });
        await spending;
        expect(undone).toHaveLength(1);
        expect(await readRefreshToken(fresh.store, `refresh-${id}`)).toMatchObject({ spent: true });
      },
    );

    it('a code of another client differs from an unknown code', async () => {
      const id = await approve();
      expect(await takeCode(fresh.store, `code-${id}`, 'two', someTimeMs)).toBe('foreign');
      expect(await takeCode(fresh.store, 'code-nobody', 'one', someTimeMs)).toBe('unknown');
      expect(await takeCode(fresh.store, `code-${id}`, 'one', someTimeMs)).toMatchObject({
        familyId: id,
        redirectUri: undefined,
        expiresAtMs: someTimeMs + 60_000,
      });
    });

    it('the same refresh token is stored only once', async () => {
      const id = await approve();
      const successor = { hash: `next-${id}`, familyId: id, parentHash: `refresh-${id}` };
      await Promise.all([1, 2, 3].map(() => keepRefreshToken(fresh.store, successor, someTimeMs)));
      expect(await readRefreshToken(fresh.store, `next-${id}`)).toMatchObject({
        familyId: id,
        spent: false,
        familyExpiresAtMs: someTimeMs + yearMs,
      });
    });

    it('a token is marked as spent when its successor is used, with the time', async () => {
      const id = await approve();
      await keepRefreshToken(
        fresh.store,
        { hash: `next-${id}`, familyId: id, parentHash: `refresh-${id}` },
        someTimeMs,
      );
      await spendParent(fresh.store, `next-${id}`, id, someTimeMs + 5);
      expect(await readRefreshToken(fresh.store, `refresh-${id}`)).toMatchObject({
        spent: true,
        lastUsedAtMs: someTimeMs + 5,
      });
      expect(await readRefreshToken(fresh.store, `next-${id}`)).toMatchObject({ spent: false });
    });

    it('the access tokens of a family are removed with it', async () => {
      const id = await approve();
      await insertToken(fresh.store, {
        hash: `access-${id}`,
        clientId: 'one',
        familyId: id,
        scope: 'webhooks',
        issuedAtMs: someTimeMs,
        expiresAtMs: someTimeMs + 1000,
      });
      expect(await readToken(fresh.store, `access-${id}`)).toMatchObject({ familyId: id });
      await endFamily(fresh.store, id, someTimeMs);
      expect(await readToken(fresh.store, `access-${id}`)).toBeUndefined();
    });

    it('the valid approvals are listed, the longest-lasting first', async () => {
      const short = await approve(someTimeMs + 2 * yearMs);
      const long = await approve(someTimeMs + 3 * yearMs);
      await fresh.store.writer
        .knex('oauth_families')
        .whereIn('id', [short, long])
        .update({ last_used_at: someTimeMs + 9000 });
      const ended = await approve(someTimeMs + 4 * yearMs);
      await endFamily(fresh.store, ended, someTimeMs);
      const ids = (await readApprovals(fresh.store, someTimeMs, someTimeMs - 1)).map(({ id }) => id);
      expect(ids.slice(0, 2)).toEqual([long, short]);
      expect(ids).not.toContain(ended);
    });

    it('expired approvals are removed with their tokens, up to a limit at a time', async () => {
      const [over, lasting] = [await approve(someTimeMs - 1), await approve()];
      await approve(someTimeMs - 1);
      const before = await countRows(fresh.store, 'oauth_refresh_tokens');
      let removed = 0;
      for (let step; (step = await deleteEndedGrants(fresh.store, someTimeMs, 1)) > 0;) removed += step;
      expect(removed).toBeGreaterThanOrEqual(2);
      expect(await countRows(fresh.store, 'oauth_refresh_tokens')).toBe(before - 2);
      expect(await readRefreshToken(fresh.store, `refresh-${over}`)).toBeUndefined();
      expect(await takeCode(fresh.store, `code-${over}`, 'one', someTimeMs)).toBe('unknown');
      expect(await readRefreshToken(fresh.store, `refresh-${lasting}`)).toBeDefined();
    });
  });
}
