import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClient, rotateClientSecret } from '../../src/auth/clients.ts';
import { loadSecretKey } from '../../src/auth/secret-key.ts';
import { hashToken } from '../../src/auth/secrets.ts';
import { startRunningReceiver } from '../fixtures/running-receiver.ts';

const headerValue = 'the-fixed-header-of-this-test';

/** The bytes of all files in the folder of a run. */
function dump(folder: string): { file: string; text: string }[] {
  return readdirSync(folder)
    .filter((file) => statSync(join(folder, file)).isFile())
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'latin1') }));
}

describe('the files of a run', () => {
  it('the files of a run contain no secret, token or password, but the hash of each token', async () => {
    // Without CONSOLE_PASSWORD, the first start makes a password.
    const receiver = await startRunningReceiver({
      settings: {
        CONSOLE_PASSWORD: '',
        WEBHOOK_HEADER_NAME: 'X-Webhook-Key',
        WEBHOOK_HEADER_VALUE: headerValue,
      },
    });
    const { store, folder, client } = receiver;
    const key = loadSecretKey(undefined, join(folder, 'secret-key'));
    const issued = [client.clientSecret, client.consolePassword ?? '', headerValue];
    for (let number = 0; number < 5; number += 1) {
      const { clientId, clientSecret } = await createClient(store, key, Date.now, {
        name: `Client ${number}`,
      });
      const rotated = await rotateClientSecret(store, key, clientId, Date.now() + 60_000);
      issued.push(clientSecret, rotated?.clientSecret ?? '');
    }
    const tokens = await Promise.all(Array.from({ length: 20 }, () => receiver.takeToken()));
    for (const token of tokens) {
      await receiver.push({ callsessionid: 'a' }, { headers: { authorization: `Bearer ${token}` } });
      await receiver.push('{', { headers: { authorization: `Bearer ${token}` } });
    }
    const files = dump(folder);
    const logLines = receiver.logLines.join('');
    await receiver.close();

    expect(issued.filter((secret) => secret.length < 16)).toEqual([]);
    expect(files.map(({ file }) => file)).toContain('jet.sqlite-wal');
    const everything = files.map(({ text }) => text).join('\n') + logLines;
    expect([...issued, ...tokens].filter((secret) => everything.includes(secret))).toEqual([]);
    // This proves that the search itself works: it finds text that is in the files.
    expect(tokens.filter((token) => !everything.includes(hashToken(token)))).toEqual([]);
    const databases = files.filter(({ file }) => file !== 'secret-key');
    expect(databases.filter(({ text }) => text.includes(key))).toEqual([]);
  });
});
