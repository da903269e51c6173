import { inTransaction } from '../../database/transaction.ts';
import type { Store } from '../store.ts';

/** Deletes a client and its access tokens without a trace. Use it only for the client of a test. */
export async function deleteClient({ writer }: Store, clientId: string): Promise<void> {
  await inTransaction(writer, async (transaction) => {
    await transaction('oauth_tokens').where({ client_id: clientId }).delete();
    await transaction('oauth_clients').where({ id: clientId }).delete();
  });
}
