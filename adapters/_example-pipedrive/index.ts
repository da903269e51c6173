import { defineAdapter } from '#contract';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { check, deliver } from './deliver.ts';
import { mapCall } from './mapping.ts';

/** Each call one activity of the type "call" in a CRM like Pipedrive, on the person who has the number. */
export const pipedrive = defineAdapter({
  name: '_example-pipedrive',
  contractVersion: 2,
  configSchema,
  secrets: ['PIPEDRIVE_API_TOKEN'],
  capabilities: {
    // One or two requests a call.
    batchSizeMax: 20,
    rateLimit: { batches: 1, perMs: 2_000 },
    // Pipedrive keeps no field of an activity unique, so the adapter looks before it writes.
    idempotency: 'lookup',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  preview: mapCall,
  create(config, tools) {
    const client = createClient(config.PIPEDRIVE_URL, config.PIPEDRIVE_API_TOKEN);
    return {
      check: (signal) => check(client, signal),
      deliver: (batch, signal) => deliver(client, tools, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
