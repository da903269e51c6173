import { contractVersion, defineAdapter } from '#contract';
import { createBudgetMeter } from './api/budget.ts';
import { check } from './check/check.ts';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { deliver } from './deliver.ts';
import { mapTask } from './mapping.ts';
import { createFieldLengths } from './tasks/field-lengths.ts';
import { createOwnerFinder } from './people/owner.ts';
import type { Parts } from './tasks/parts.ts';
import { createPeopleFinder } from './people/people.ts';
import { createRowsPerWrite } from './api/rows-per-write.ts';

/** Each call one Task on the right person in Salesforce. */
export const salesforce = defineAdapter({
  name: 'salesforce',
  contractVersion,
  configSchema,
  secrets: ['SALESFORCE_CLIENT_SECRET', 'SALESFORCE_PRIVATE_KEY'],
  capabilities: {
    batchSizeMax: 200,
    // The key field is unique: the org itself refuses a second Task of a call.
    idempotency: 'native',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  capabilitiesFor: ({ SALESFORCE_KEY: key, SALESFORCE_LOG: log }) => ({
    ...(key === 'callobject' && { idempotency: 'lookup' }),
    ...(log === 'live' && { stages: ['call_start', 'call_answered', 'call_end', 'call_end_outbound'] }),
  }),
  preview: mapTask,
  create(config, tools) {
    const budget = createBudgetMeter(tools);
    const client = createClient(config, tools.clock, (usage) => budget.read(usage));
    const parts: Parts = {
      client,
      config,
      tools,
      budget,
      rowsPerWrite: createRowsPerWrite(tools.clock),
      people: createPeopleFinder(client, config, tools),
      owners: createOwnerFinder(client, config, tools),
      mapped: new Set(config.SALESFORCE_FIELDS.map(({ theirs }) => theirs)),
      lengths: createFieldLengths(),
      unusable: new Map(),
    };
    return {
      check: (signal) => check(parts, signal),
      deliver: (batch, signal) => deliver(parts, batch, signal),
      close: () => Promise.resolve(),
    };
  },
});
