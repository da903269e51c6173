import { defineAdapter, stages } from '#contract';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { check, deliver } from './deliver.ts';
import { mapCall } from './mapping.ts';

/** Writes each call to a file, as one line of JSON. */
export const template = defineAdapter({
  name: '_template',
  contractVersion: 2,
  configSchema,
  secrets: [],
  capabilities: {
    batchSizeMax: 100,
    // The adapter finds a line by its key and replaces it.
    idempotency: 'native',
    updates: true,
    stages,
  },
  preview: ({ call, idempotencyKey, revision }) => mapCall(call, idempotencyKey, revision),
  create(config) {
    const client = createClient(config.TEMPLATE_PATH);
    return {
      check: () => check(client),
      prepare: () => client.prepare(),
      deliver: (batch, signal) => deliver(client, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
