import { defineAdapter } from '#contract';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { check, deliver } from './deliver.ts';
import { mapCall } from './mapping.ts';

/** Each call one record in a CRM with an HTTP API, linked to the person who has the number. */
export const template = defineAdapter({
  name: '_template-http',
  contractVersion: 2,
  configSchema,
  secrets: ['TEMPLATE_TOKEN'],
  capabilities: {
    // One request a record: a batch must end long before the core's deadline.
    batchSizeMax: 20,
    // The API does not refuse a second record with the same external id, so the adapter looks before it writes.
    idempotency: 'lookup',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  preview: mapCall,
  create(config, tools) {
    const client = createClient(config);
    return {
      check: (signal) => check(client, signal),
      deliver: (batch, signal) => deliver(client, tools, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
