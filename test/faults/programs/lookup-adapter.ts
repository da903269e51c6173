import { defineAdapter, delivered, DestinationUnavailable, retry, z, type Delivery } from '#contract';
import { reference } from '../../adapter-kit/reference/index.ts';
import { mapCall } from '../../adapter-kit/reference/mapping.ts';

interface WriteResult {
  readonly key: string;
  readonly id: string;
}

/**
 * The reference adapter for an API that merges nothing: each write without an id creates a record. After an unknown
 * outcome, only a lookup before the write prevents a duplicate.
 */
export const lookup = defineAdapter({
  name: 'lookup',
  contractVersion: reference.contractVersion,
  configSchema: z.object({ LOOKUP_URL: z.url(), LOOKUP_TOKEN: z.string() }),
  secrets: ['LOOKUP_TOKEN'],
  capabilities: { ...reference.capabilities, idempotency: 'lookup' },
  preview: (delivery) => mapCall(delivery),
  create({ LOOKUP_URL: url, LOOKUP_TOKEN: token }) {
    const ask = async (
      body: unknown,
      signal: AbortSignal,
    ): Promise<Record<string, readonly WriteResult[]>> => {
      const unavailable = (cause: unknown): never => {
        throw new DestinationUnavailable('The API did not answer.', { cause });
      };
      const response = await fetch(`${url}/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      }).catch(unavailable);
      if (!response.ok) throw new DestinationUnavailable(`The API answered ${response.status}.`);
      return (await response.json().catch(unavailable)) as Record<string, readonly WriteResult[]>;
    };
    return {
      check: () => Promise.resolve([]),
      async deliver(batch, signal) {
        if (batch.length === 0) return [];
        const unsure = batch.filter(({ remoteId, attempt }) => remoteId === undefined && attempt > 1);
        const keys = unsure.map(({ idempotencyKey }) => idempotencyKey);
        const { records = [] } = keys.length === 0 ? {} : await ask({ keys }, signal);
        const found = new Map(records.map(({ key, id }) => [key, id]));
        const idOf = ({ remoteId, idempotencyKey }: Delivery) => remoteId ?? found.get(idempotencyKey);
        const written = batch.map((delivery) => ({ ...mapCall(delivery), id: idOf(delivery) }));
        const { results = [] } = await ask({ records: written }, signal);
        const ids = new Map(results.map((result) => [result.key, result.id]));
        return batch.map(({ id, idempotencyKey }) => {
          const remoteId = ids.get(idempotencyKey);
          if (remoteId === undefined) return retry(id, 'no_answer', 'The API returned no result for it.');
          return delivered(id, { remoteId, effect: found.has(idempotencyKey) ? 'updated' : 'created' });
        });
      },
      close: () => Promise.resolve(),
    };
  },
});
