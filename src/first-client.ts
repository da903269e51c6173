import { randomUUID } from 'node:crypto';
import { createClient } from './auth/clients.ts';
import { hashPassword } from './auth/password.ts';
import { randomText } from './auth/secrets.ts';
import type { CoreSettings } from './config/core-schema.ts';
import type { Clock } from './domain/clock.ts';
import { keepSettingOnce, readKeptSetting } from './store/kept-settings.ts';
import type { Store } from './store/store.ts';

/** What is made at the first start, and shown once. */
export interface FirstStart {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** Undefined when the operator chose one. */
  readonly consolePassword: string | undefined;
}

/** Makes the first OAuth client and the console password, once in a store's life. */
export async function makeFirstClient(
  store: Store,
  core: CoreSettings,
  secretKey: string,
  clock: Clock,
): Promise<FirstStart | undefined> {
  if ((await readKeptSetting(store, 'first_started_at')) !== undefined) return undefined;
  // Of several processes that start at once on one database, one makes the client.
  const isFirst = await keepSettingOnce(store, 'first_started_at', `${clock()} ${randomUUID()}`);
  if (!isFirst) return undefined;
  const client = await createClient(store, secretKey, clock, { name: 'Jet' });
  const consolePassword = core.CONSOLE_PASSWORD === undefined ? randomText(24) : undefined;
  if (consolePassword !== undefined) {
    await keepSettingOnce(store, 'console_password_hash', await hashPassword(consolePassword));
  }
  return {
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    scope: client.scope,
    consolePassword,
  };
}
