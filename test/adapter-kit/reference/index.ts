import { defineAdapter, z } from '#contract';
import { createClient } from './client.ts';
import { check, deliver } from './deliver.ts';
import { mapCall } from './mapping.ts';

/**
 * An adapter for a JSON API over HTTP that meets every sentence of the contract. The kit is tested with it, and the
 * broken adapters are made from it. Read it when your adapter uses HTTP.
 */
export const reference = defineAdapter({
  name: 'reference',
  contractVersion: 2,
  configSchema: z.object({
    REFERENCE_URL: z.url('must be an address such as https://api.example.com'),
    REFERENCE_TOKEN: z.string().min(8, 'must be at least 8 characters long'),
  }),
  secrets: ['REFERENCE_TOKEN'],
  capabilities: {
    batchSizeMax: 50,
    rateLimit: { batches: 10, perMs: 1_000 },
    // The API merges by key and keeps the newer revision.
    idempotency: 'native',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  preview: (delivery) => mapCall(delivery),
  create(config) {
    const client = createClient(config.REFERENCE_URL, config.REFERENCE_TOKEN);
    return {
      check: (signal) => check(client, signal),
      deliver: (batch, signal) => deliver(client, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
