import { defineAdapter } from '#contract';
import { checkAccount, landOneByOne } from '#crm';
import { createApi, readUser } from './client.ts';
import { configSchema } from './config.ts';
import { createCrm } from './deliver.ts';
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
    const api = createApi(config);
    const crm = createCrm(api);
    return {
      check: (signal) => checkAccount(api, () => readUser(api, signal), 'Check PIPEDRIVE_URL.'),
      deliver: (batch, signal) => landOneByOne(crm, tools, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
