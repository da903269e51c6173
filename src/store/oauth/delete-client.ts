import { inTransaction } from '../../database/transaction.ts';
import type { Store } from '../store.ts';

/** Deletes a client and its access tokens, as if it had never been. For a client that only a test has used. */
export async function deleteClient({ writer }: Store, clientId: string): Promise<void> {
  await inTransaction(writer, async (transaction) => {
    await transaction('oauth_tokens').where({ client_id: clientId }).delete();
    await transaction('oauth_clients').where({ id: clientId }).delete();
  });
}
