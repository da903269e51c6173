import { contractVersion, defineAdapter } from '#contract';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { check, deliver } from './deliver.ts';

/** One row a call in the reporting table `jet_calls`. */
export const sql = defineAdapter({
  name: 'sql',
  contractVersion,
  configSchema,
  secrets: ['REPORTING_DATABASE_URL'],
  capabilities: {
    batchSizeMax: 200,
    // The call's id is the primary key, and an older revision never replaces a newer one.
    idempotency: 'native',
    updates: true,
    stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  },
  create(config, tools) {
    const client = createClient(config.REPORTING_DATABASE_URL, tools);
    return {
      check: () => check(client),
      prepare: () => client.prepare(),
      deliver: (batch) => deliver(client, batch, tools.clock()),
      close: () => client.close(),
    };
  },
});
