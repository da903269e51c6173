import { contractVersion, defineAdapter, stages } from '#contract';
import { compareLanding, landBatch } from '#crm';
import { check } from './check/check.ts';
import { createClient } from './client.ts';
import { configSchema } from './config.ts';
import { createHubspotCrm } from './deliver.ts';
import { mapCall } from './mapping.ts';
import { setUp } from './check/setup.ts';
import { createLinks } from './api/links.ts';
import { createTransport } from './api/transport.ts';

/** Lands each call as one call engagement in HubSpot, on its contact and company. */
export const hubspot = defineAdapter({
  name: 'hubspot',
  contractVersion,
  configSchema,
  secrets: ['HUBSPOT_ACCESS_TOKEN'],
  capabilities: {
    // Five requests' worth of calls. In a larger batch, more calls share a search.
    batchSizeMax: 500,
    // Ten searches, five reads, five writes, and one for the portal's properties.
    requestsPerBatch: 21,
    // The key is unique in the portal, so HubSpot refuses a second call with it.
    idempotency: 'native',
    updates: true,
    stages: ['call_end', 'call_end_outbound'],
  },
  capabilitiesFor: ({ HUBSPOT_LOG, HUBSPOT_KEY }) => ({
    ...(HUBSPOT_LOG === 'live' && { stages }),
    ...(HUBSPOT_KEY === 'search' && { idempotency: 'lookup' }),
  }),
  preview: (delivery, config) => ({ ...mapCall(delivery, config.HUBSPOT_FIELDS) }),
  create(config, tools) {
    const transport = createTransport(config, (ratio) => tools.showFigure('api_budget_used_ratio', ratio));
    const client = createClient(transport);
    const links = createLinks(client, config, tools.log);
    const crm = createHubspotCrm(client, config, tools, links);
    return {
      check: (signal) => check({ client, config, tools }, signal),
      prepare: (signal) => links.prepare(signal),
      setup: (signal) => setUp(client, config, signal),
      deliver: (batch, signal) => landBatch(crm, batch, signal),
      compare: (delivery, signal) => compareLanding(crm, delivery, signal),
      close: () => Promise.resolve(),
    };
  },
});
