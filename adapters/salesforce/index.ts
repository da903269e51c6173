import { contractVersion, defineAdapter } from '#contract';
import { compareLanding, landBatch } from '#crm';
import { createBudgetMeter } from './api/budget.ts';
import { check } from './check/check.ts';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { createSalesforceCrm } from './deliver.ts';
import { mapTask } from './mapping.ts';
import { createFieldLengths } from './tasks/field-lengths.ts';
import type { Parts } from './tasks/parts.ts';
import { createRowsPerWrite } from './api/rows-per-write.ts';

/** Lands each call as one Task in Salesforce, on the person who has the number. */
export const salesforce = defineAdapter({
  name: 'salesforce',
  contractVersion,
  configSchema,
  secrets: ['SALESFORCE_CLIENT_SECRET', 'SALESFORCE_PRIVATE_KEY'],
  capabilities: {
    batchSizeMax: 200,
    // Searches, one read and one write.
    requestsPerBatch: 6,
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
      mapped: new Set(config.SALESFORCE_FIELDS.map(({ theirs }) => theirs)),
      lengths: createFieldLengths(),
      unusable: new Map(),
    };
    const crm = createSalesforceCrm(parts);
    return {
      check: (signal) => check(parts, signal),
      deliver: (batch, signal) => landBatch(crm, batch, signal),
      compare: (delivery, signal) => compareLanding(crm, delivery, signal),
      close: () => Promise.resolve(),
    };
  },
});
