import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deleteExpiredTokens,
  deleteToken,
  insertClient,
  insertToken,
  readClient,
  readClients,
  readToken,
  replaceSecretHash,
  updateClient,
  type OAuthClientRow,
  type OAuthTokenRow,
} from '../../../src/store/oauth/oauth-rows.ts';
import { engines } from '../../fixtures/engines.ts';
import { openFreshStore, type FreshStore } from '../../fixtures/fresh-store.ts';
import { someTimeMs } from '../../fixtures/pushes.ts';

function clientOf(id: string, rest: Partial<OAuthClientRow> = {}): OAuthClientRow {
  return {
    id,
    name: 'Jet ☎',
    secretHash: 'a'.repeat(64),
    previousSecretHash: undefined,
    previousSecretUntilMs: undefined,
    redirectUris: ['https://jet.example/back?a=1&b=é'],
    pkceRequired: false,
    scope: 'webhooks',
    createdAtMs: someTimeMs,
    revokedAtMs: undefined,
    ...rest,
  };
}

function tokenOf(hash: string, rest: Partial<OAuthTokenRow> = {}): OAuthTokenRow {
  return {
    hash,
    clientId: 'one',
    familyId: undefined,
    scope: 'webhooks',
    issuedAtMs: someTimeMs,
    expiresAtMs: someTimeMs + 3_600_000,
    ...rest,
  };
}

for (const engine of engines) {
  describe.skipIf(!engine.given)(`OAuth clients and access tokens on ${engine.title}`, () => {
    let fresh: FreshStore;
    beforeAll(async () => {
      fresh = await openFreshStore(engine);
      await insertClient(fresh.store, clientOf('one'));
    });
    afterAll(() => fresh.close());

    it('a client is returned as it was stored', async () => {
      expect(await readClient(fresh.store, 'one')).toEqual(clientOf('one'));
    });

    it('client ids that differ in case or in a blank at the end are distinguished', async () => {
      expect(await readClient(fresh.store, 'ONE')).toBeUndefined();
      expect(await readClient(fresh.store, 'one ')).toBeUndefined();
    });

    it('no client is found under an id that no client can have', async () => {
      expect(await readClient(fresh.store, "one\0' OR 1=1")).toBeUndefined();
    });

    it('no client of a rolled-back transaction is stored', async () => {
      const undone = fresh.store.writer.knex.transaction(async (transaction) => {
        await insertClient(fresh.store, clientOf('undone'), transaction);
        throw new Error('undo');
      });
      await expect(undone).rejects.toThrow('undo');
      expect(await readClient(fresh.store, 'undone')).toBeUndefined();
    });

    it('a change of a client says when there is none', async () => {
      await insertClient(fresh.store, clientOf('changed'));
      const until = someTimeMs + 86_400_000;
      const change = { previous_secret_hash: 'b'.repeat(64), previous_secret_until: until };
      expect(await updateClient(fresh.store, 'changed', change)).toBe(true);
      expect(await readClient(fresh.store, 'changed')).toMatchObject({ previousSecretUntilMs: until });
      expect(await updateClient(fresh.store, 'nobody', change)).toBe(false);
    });

    it.each(['secret_hash', 'previous_secret_hash'] as const)(
      'the %s of a client is replaced, but not after a rotation',
      async (column) => {
        const id = `of${column.replaceAll('_', '')}`;
        await insertClient(fresh.store, clientOf(id));
        await updateClient(fresh.store, id, { [column]: 'b'.repeat(64) });
        const hashes = { from: 'b'.repeat(64), to: 'c'.repeat(64) };
        expect(await replaceSecretHash(fresh.store, id, column, hashes)).toBe(true);
        await updateClient(fresh.store, id, { [column]: 'd'.repeat(64) });
        const before = await readClient(fresh.store, id);
        expect(await replaceSecretHash(fresh.store, id, column, hashes)).toBe(false);
        expect(await readClient(fresh.store, id)).toEqual(before);
        expect(before?.[column === 'secret_hash' ? 'secretHash' : 'previousSecretHash']).toBe('d'.repeat(64));
      },
    );

    it('a revoked client and its tokens are hidden, but the client is still listed', async () => {
      await insertClient(fresh.store, clientOf('revoked'));
      await insertToken(fresh.store, tokenOf('of-revoked', { clientId: 'revoked' }));
      expect(await readToken(fresh.store, 'of-revoked')).toBeDefined();
      await updateClient(fresh.store, 'revoked', { revoked_at: someTimeMs });
      expect(await readClient(fresh.store, 'revoked')).toBeUndefined();
      expect(await readToken(fresh.store, 'of-revoked')).toBeUndefined();
      expect((await readClients(fresh.store)).map(({ id }) => id)).toContain('revoked');
    });

    it('a token is returned with its times as numbers', async () => {
      await insertToken(fresh.store, tokenOf('token'));
      expect(await readToken(fresh.store, 'token')).toEqual(tokenOf('token'));
      expect(await readToken(fresh.store, 'TOKEN')).toBeUndefined();
    });

    it('one token can be ended, but only for its own client', async () => {
      await insertToken(fresh.store, tokenOf('ended'));
      expect(await deleteToken(fresh.store, 'ended', 'another')).toBe(false);
      expect(await deleteToken(fresh.store, 'ended', 'one')).toBe(true);
      expect(await readToken(fresh.store, 'ended')).toBeUndefined();
    });

    it('expired tokens are removed, up to a limit at a time', async () => {
      for (const hash of ['old-1', 'old-2', 'old-3'])
        await insertToken(fresh.store, tokenOf(hash, { expiresAtMs: someTimeMs - 1 }));
      expect(await deleteExpiredTokens(fresh.store, someTimeMs, 2)).toBe(2);
      expect(await deleteExpiredTokens(fresh.store, someTimeMs, 2)).toBe(1);
      expect(await deleteExpiredTokens(fresh.store, someTimeMs, 2)).toBe(0);
      expect(await readToken(fresh.store, 'token')).toBeDefined();
    });
  });
}
