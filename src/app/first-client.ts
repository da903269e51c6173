import { randomUUID } from 'node:crypto';
import { createClient } from '../auth/clients.ts';
import { hashPassword } from '../auth/password.ts';
import { randomText } from '../auth/secrets.ts';
import { keepSettingOnce, readKeptSetting } from '../store/kept-settings.ts';
import { inTransaction } from '../database/transaction.ts';
import type { ReceivingKit } from './kit.ts';

/** The credentials that the first start makes and shows once. */
export interface FirstStart {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** Undefined when the operator has set one. */
  readonly consolePassword: string | undefined;
}

/** Makes the first OAuth client and the console password, only once for each store. */
export async function makeFirstClient({
  store,
  core,
  secretKeys,
  clock,
}: Pick<ReceivingKit, 'store' | 'core' | 'secretKeys' | 'clock'>): Promise<FirstStart | undefined> {
  if ((await readKeptSetting(store, 'first_started_at')) !== undefined) return undefined;
  const consolePassword = core.CONSOLE_PASSWORD === undefined ? randomText(24) : undefined;
  const passwordHash = consolePassword === undefined ? undefined : await hashPassword(consolePassword);
  // All or nothing: after a crash the next start is again the first one. When several processes start at once on one
  // database, only one of them makes the client.
  return inTransaction(store.writer, async (transaction) => {
    const mark = `${clock()} ${randomUUID()}`;
    if (!(await keepSettingOnce(store, 'first_started_at', mark, transaction))) return undefined;
    if (passwordHash !== undefined) {
      await keepSettingOnce(store, 'console_password_hash', passwordHash, transaction);
    }
    const { clientId, clientSecret, scope } = await createClient(
      store,
      secretKeys.present,
      clock,
      { name: 'Jet' },
      transaction,
    );
    return { clientId, clientSecret, scope, consolePassword };
  });
}
