import { defineAdapter } from '#contract';
import { checkAccount, landOneByOne } from '#crm';
import { createApi, readAccount } from './client.ts';
import { configSchema } from './config.ts';
import { createCrm } from './deliver.ts';
import { mapCall } from './mapping.ts';

/** Creates one record per call in a CRM with an HTTP API, and links it to the person who has the number. */
export const template = defineAdapter({
  name: '_template-http',
  contractVersion: 2,
  configSchema,
  secrets: ['TEMPLATE_TOKEN'],
  capabilities: {
    // Each record costs one request, and a batch must end long before the core's deadline.
    batchSizeMax: 20,
    // The API does not refuse a second record with the same external id, so the adapter looks the id up before it
    // writes.
    idempotency: 'lookup',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  preview: mapCall,
  create(config, tools) {
    const api = createApi(config);
    const crm = createCrm(api);
    const remedy = 'Check TEMPLATE_URL, and that the API is up.';
    return {
      check: (signal) => checkAccount(api, () => readAccount(api, signal), remedy),
      deliver: (batch, signal) => landOneByOne(crm, tools, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
