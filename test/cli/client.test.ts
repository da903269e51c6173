import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeMigrations } from '../../src/store/migrations/index.ts';
import { readClient } from '../../src/store/oauth/oauth-rows.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { makeCommandFolder, type CommandFolder } from '../fixtures/run-command.ts';

describe('npm run client', () => {
  let folder: CommandFolder;
  let store: Store;
  beforeAll(async () => {
    folder = await makeCommandFolder();
    store = await openStore(folder.storeUrl, storeMigrations);
  });
  afterAll(async () => {
    await store.close();
    await folder.remove();
  });

  const client = (...args: string[]) => folder.run('client', args);
  const made = async (name: string): Promise<{ clientId: string; clientSecret: string }> => {
    const { stdout } = await client('create', '--name', name, '--json');
    return JSON.parse(stdout) as { clientId: string; clientSecret: string };
  };

  it('npm run client makes a client and shows its secret once', async () => {
    const { code, stdout } = await client(
      'create',
      '--name',
      'Jet',
      '--redirect-uri',
      'https://jet.example/back',
    );
    expect(code).toBe(0);
    const [, clientId = ''] = /Client ID +(\S+)/.exec(stdout) ?? [];
    expect(stdout).toMatch(/Client Secret +\S{43,}/);
    expect(await readClient(store, clientId)).toMatchObject({
      name: 'Jet',
      redirectUris: ['https://jet.example/back'],
    });
  });

  it('npm run client prints JSON for scripts, and keeps no secret in the store', async () => {
    const { clientId, clientSecret } = await made('Script');
    expect(clientSecret.length).toBeGreaterThanOrEqual(43);
    expect(JSON.stringify(await readClient(store, clientId))).not.toContain(clientSecret);
  });

  it('npm run client lists the clients without their secrets', async () => {
    const { clientId, clientSecret } = await made('Listed');
    const { code, stdout } = await client('list', '--json');
    expect(code).toBe(0);
    const listed = JSON.parse(stdout) as { clientId: string; name: string }[];
    expect(listed).toContainEqual(expect.objectContaining({ clientId, name: 'Listed' }));
    expect(stdout).not.toContain(clientSecret);
    expect((await client('list')).stdout).toContain(`${clientId}  Listed  live`);
  });

  it('npm run client adds and removes redirect URIs', async () => {
    const { clientId } = await made('Redirected');
    const uri = 'https://jet.example/callback';
    expect((await client('redirect', clientId, '--add', uri)).stdout).toContain(uri);
    expect((await readClient(store, clientId))?.redirectUris).toEqual([uri]);
    expect((await client('redirect', clientId, '--remove', uri)).stdout).toContain('no redirect URI now');
    expect((await readClient(store, clientId))?.redirectUris).toEqual([]);
  });

  it('npm run client makes a client that must use PKCE, and lists it as such', async () => {
    const { stdout } = await client('create', '--name', 'Strict', '--require-pkce', '--json');
    const { clientId } = JSON.parse(stdout) as { clientId: string };
    const listed = JSON.parse((await client('list', '--json')).stdout) as object[];
    expect(listed).toContainEqual(expect.objectContaining({ clientId, pkceRequired: true }));
    expect((await client('list')).stdout).toMatch(/Strict {2}live.*\n {4}must use PKCE/);
  });

  it('npm run client requires PKCE from an existing client, until that is switched off', async () => {
    const { clientId } = await made('Later strict');
    expect((await client('require-pkce', clientId)).code).toBe(0);
    expect(await readClient(store, clientId)).toMatchObject({ pkceRequired: true });
    expect((await client('require-pkce', clientId, '--off')).code).toBe(0);
    expect(await readClient(store, clientId)).toMatchObject({ pkceRequired: false });
  });

  it('npm run client gives a new secret, and accepts the previous one for a while', async () => {
    const { clientId, clientSecret } = await made('Rotated');
    const before = await readClient(store, clientId);
    const startedMs = Date.now();
    const { code, stdout } = await client('rotate', clientId, '--keep', '30m', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { clientSecret: string }).clientSecret).not.toBe(clientSecret);
    const after = await readClient(store, clientId);
    expect(after?.previousSecretHash).toBe(before?.secretHash);
    expect(after?.previousSecretUntilMs).toBeGreaterThanOrEqual(startedMs + 30 * 60_000);
  });

  it('npm run client revokes a client', async () => {
    const { clientId } = await made('Revoked');
    expect((await client('revoke', clientId)).code).toBe(0);
    expect(await readClient(store, clientId)).toBeUndefined();
    expect((await client('revoke', clientId)).code).toBe(2);
    expect((await client('list')).stdout).toContain(`${clientId}  Revoked  revoked`);
  });

  it.each([
    [
      'a redirect URI that is not https',
      ['create', '--name', 'x', '--redirect-uri', 'http://jet.example/'],
      'redirect URI',
    ],
    ['a client without a name', ['create'], '--name'],
    ['an unknown client', ['rotate', 'nobody'], 'nobody'],
    ['an invalid duration', ['rotate', 'nobody', '--keep', 'soon'], '--keep'],
    ['a redirect without --add and --remove', ['redirect', 'nobody'], '--add'],
    ['an unknown option', ['list', '--everything'], '--everything'],
    ['an unknown command', ['destroy'], 'destroy'],
  ])('npm run client refuses %s with exit code 2, and without a stack', async (_what, args, word) => {
    const { code, stderr } = await client(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(word);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('npm run client shows its help on request', async () => {
    const { code, stdout } = await client('--help');
    expect(code).toBe(0);
    for (const word of ['create', 'list', 'redirect', 'rotate', 'revoke']) expect(stdout).toContain(word);
  });
});
