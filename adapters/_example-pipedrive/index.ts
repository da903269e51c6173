import { defineAdapter } from '#contract';
import { checkAccount, landOneByOne } from '#crm';
import { createApi, readUser } from './client.ts';
import { configSchema } from './config.ts';
import { createCrm } from './deliver.ts';
import { mapCall } from './mapping.ts';

/** Creates one activity of the type "call" per call in a CRM like Pipedrive, on the person who has the number. */
export const pipedrive = defineAdapter({
  name: '_example-pipedrive',
  contractVersion: 2,
  configSchema,
  secrets: ['PIPEDRIVE_API_TOKEN'],
  capabilities: {
    // Each call costs one or two requests.
    batchSizeMax: 20,
    rateLimit: { batches: 1, perMs: 2_000 },
    // No field of an activity is unique in Pipedrive, so the adapter looks the key up before it writes.
    idempotency: 'lookup',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  preview: mapCall,
  create(config, tools) {
    const api = createApi(config);
    const crm = createCrm(api);
    return {
      check: (signal) => checkAccount(api, () => readUser(api, signal), 'Check PIPEDRIVE_URL.'),
      deliver: (batch, signal) => landOneByOne(crm, tools, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
