import type { AdapterTools } from '#contract';
import { createOwners, createRefusedValues, type BatchFailure, type Crm } from '#crm';
import type { Links } from './api/links.ts';
import { pauseFor } from './api/pause.ts';
import { createPortal, formOf } from './api/portal.ts';
import { createCalls } from './calls/create-calls.ts';
import { linkCalls } from './calls/link-calls.ts';
import { normalForm } from './calls/normal-form.ts';
import { readCalls } from './calls/read-calls.ts';
import { updateCalls } from './calls/update-calls.ts';
import { fixedProperties, outcomeProperties, ownerProperty } from './check/properties.ts';
import { batchRowsMax, type HubspotClient } from './client.ts';
import type { HubspotConfig } from './config.ts';
import { mapCall } from './mapping.ts';
import { candidateOf } from './people/candidate.ts';
import { makeContacts } from './people/make-contacts.ts';

/** The engine's port to HubSpot. */
export function createHubspotCrm(
  client: HubspotClient,
  config: HubspotConfig,
  tools: AdapterTools,
  links: Links,
): Crm {
  const { clock } = tools;
  const portal = createPortal(client, config.HUBSPOT_KEY, clock);
  const isUnique = config.HUBSPOT_KEY === 'unique';
  let form = formOf([]);
  return {
    name: 'HubSpot',
    tools,
    settingPrefix: 'HUBSPOT',
    unmatched: {
      policy: config.HUBSPOT_UNMATCHED,
      create: {
        statuses: config.HUBSPOT_CREATE_STATUSES,
        durationSecondsMin: config.HUBSPOT_CREATE_AFTER / 1000,
      },
    },
    isLive: config.HUBSPOT_LOG === 'live',
    isUpdatedWhileOpen: true,
    keyFinds: isUnique ? 'conflict' : 'lookup',
    fields: { fixed: fixedProperties, outcome: outcomeProperties, owner: ownerProperty },
    owners: createOwners({
      table: config.HUBSPOT_OWNERS,
      otherwise: 'nobody',
      keyOf: (user) => user.toLowerCase(),
      readUsers: async (_named, signal) => await readUsers(client, signal),
      clock,
    }),
    refusedValues: createRefusedValues(clock),
    people: {
      rules: { objects: ['contact'], policy: config.HUBSPOT_SEVERAL },
      searchSize: (numbers) => client.contactsPerSearch(numbers),
      async search(numbers, signal) {
        const { records, isCut } = await client.searchContacts(numbers, signal);
        return { candidates: records.map(candidateOf), isCut };
      },
      make: (numbers, signal) => makeContacts(client, tools, numbers, signal),
    },
    linkTo: (object, id) => links.linkTo(object, id),
    budget: () => 'free',
    rowsMax: () => batchRowsMax,
    async prepare(_deliveries, signal) {
      form = await portal.callForm(signal);
    },
    mapCall: (delivery) => ({
      // Clears the status of the open call, unless the mapping sets a new one.
      ...(delivery.isOver && { hs_call_status: '' }),
      ...mapCall(delivery, config.HUBSPOT_FIELDS, form.choices),
    }),
    linkFields: () => ({}),
    whyNotTaken: (name) => form.whyNotTaken(name),
    normal: (value) => normalForm(String(value ?? '')),
    isOurs: () => false,
    read: (asked, names, signal) => readCalls(client, isUnique, asked, names, signal),
    create: (rows, signal) => createCalls(client, isUnique, rows, signal),
    update: (rows, signal) => updateCalls(client, rows, signal),
    link: (rows, signal) => linkCalls(client, rows, signal),
    failureOf,
  };
}

/** Ids of active owners, by id and by email. */
async function readUsers(client: HubspotClient, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const active = (await client.listOwners(false, signal)).filter(({ archived }) => !archived);
  return new Map(
    active.flatMap(({ id, email }) => [
      [id, id],
      [(email ?? '').toLowerCase(), id],
    ]),
  );
}

function failureOf(error: unknown): BatchFailure {
  const pause = pauseFor(error);
  if (pause === undefined) {
    const reason = 'The batch failed before the call landed.';
    return { error, isPause: false, code: 'broken_off', reason };
  }
  const delayMs = 'retryAfterMs' in pause ? pause.retryAfterMs : undefined;
  return { error: pause, isPause: true, code: 'hubspot_away', reason: pause.message, delayMs };
}
