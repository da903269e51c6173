import { contractVersion, defineAdapter } from '#contract';
import { dialectOfUrl } from '#reporting';
import { createClient } from './client.ts';
import { compare } from './compare.ts';
import { configSchema, reportSettingsOf } from './config.ts';
import { check, deliver } from './deliver.ts';
import { mapCall } from './mapping.ts';

/** Lands each call as one row of the reporting table `jet_calls`. */
export const sql = defineAdapter({
  name: 'sql',
  contractVersion,
  configSchema,
  secrets: ['REPORTING_DATABASE_URL'],
  capabilities: {
    batchSizeMax: 200,
    // The call's id is the primary key. An older revision never replaces a newer one.
    idempotency: 'native',
    updates: true,
    stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'],
  },
  preview: ({ call, revision }, config, nowMs) =>
    mapCall(call, revision, nowMs, dialectOfUrl(config.REPORTING_DATABASE_URL) ?? 'sqlite'),
  create(config, tools) {
    const client = createClient(config.REPORTING_DATABASE_URL, reportSettingsOf(config), tools);
    return {
      check: (signal) => check(client, signal),
      prepare: (signal) => client.prepare(signal),
      deliver: (batch, signal) => deliver(client, batch, tools.clock(), signal),
      compare: (delivery, signal) => compare(client, delivery, tools.clock(), signal),
      close: () => client.close(),
    };
  },
});
