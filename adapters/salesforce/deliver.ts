import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import { createOwners, createRefusedValues, type BatchFailure, type Crm, type FieldValue } from '#crm';
import { RequestFailed, RequestRefused } from './api/failure.ts';
import { makeLeads } from './leads/make-leads.ts';
import { isUserId, mapTask, outcomeFields } from './mapping.ts';
import { activeUsers, userKey } from './people/active-users.ts';
import { linkFields } from './people/link-fields.ts';
import { ownersOf } from './people/record-owners.ts';
import { candidateOf, phoneSearch, rowsMax, searchedIn, searchSize } from './people/search.ts';
import { cutToFit, prepareLengths } from './tasks/field-lengths.ts';
import type { Parts } from './tasks/parts.ts';
import { plainText } from './tasks/plain-text.ts';
import { readTasks } from './tasks/read-tasks.ts';
import { fixedFields } from './tasks/task-fields.ts';
import { whyUnusable } from './tasks/unusable-fields.ts';
import { writeTasks } from './tasks/write-tasks.ts';

/** The engine's port to Salesforce. */
export function createSalesforceCrm(parts: Parts): Crm {
  const { client, config, tools, budget, rowsPerWrite } = parts;
  return {
    name: 'Salesforce',
    tools,
    settingPrefix: 'SALESFORCE',
    unmatched: {
      policy: config.SALESFORCE_UNMATCHED,
      create: {
        statuses: config.SALESFORCE_CREATE_STATUSES,
        durationSecondsMin: config.SALESFORCE_CREATE_AFTER / 1000,
      },
    },
    isLive: config.SALESFORCE_LOG === 'live',
    // Each request counts against the daily limit, so a call is updated only once, at its end.
    isUpdatedWhileOpen: false,
    keyFinds: config.SALESFORCE_KEY === 'field' ? 'conflict' : 'lookup',
    fields: { fixed: fixedFields, outcome: outcomeFields(config), owner: 'OwnerId' },
    owners: createOwners({
      table: config.SALESFORCE_OWNERS,
      otherwise: 'the integration user',
      keyOf: userKey,
      readUsers: async (named, signal) => (await activeUsers(client, named, signal)).ids,
      // A queue can own a lead, but perhaps no Task.
      isUser: isUserId,
      clock: tools.clock,
    }),
    refusedValues: createRefusedValues(tools.clock),
    people: {
      rules: { objects: config.SALESFORCE_OBJECTS, policy: config.SALESFORCE_SEVERAL },
      searchedIn: searchedIn(config),
      searchSize,
      companyObject: 'Account',
      async search(numbers, signal) {
        const rows = await client.search(phoneSearch(numbers, config), signal);
        const candidates = rows.flatMap((row) => candidateOf(row, config) ?? []);
        return { candidates, isCut: rows.length >= rowsMax };
      },
      readOwners: (records, signal) => ownersOf(client, records, signal),
      make: (numbers, signal) => makeLeads(parts, numbers, signal),
    },
    linkTo(_object, id) {
      const url = client.instanceUrl();
      return url === undefined ? undefined : `${url}/${encodeURIComponent(id)}`;
    },
    budget: () => budget.now(),
    rowsMax: () => rowsPerWrite.now(),
    prepare: (deliveries, signal) => prepareLengths(parts, deliveries, signal),
    mapCall: (delivery) => cutToFit(parts, mapTask(delivery, config)),
    linkFields,
    whyNotTaken: (name) => whyUnusable(parts, name),
    normal: plainText,
    isOurs: (name, current) => name === 'OwnerId' && isIntegrationUser(parts, current),
    read: (asked, names, signal) => readTasks(parts, asked, names, signal),
    create: (rows, signal) => writeTasks(parts, 'create', rows, signal),
    update: (rows, signal) => writeTasks(parts, 'update', rows, signal),
    // Links are fields of the Task.
    link: (rows) => Promise.resolve(rows.map(() => ({ isAdded: false, refused: [] }))),
    failureOf,
  };
}

function isIntegrationUser({ client }: Parts, id: FieldValue | undefined): boolean {
  return client.userId() !== undefined && plainText(id) === plainText(client.userId());
}

function failureOf(error: unknown): BatchFailure {
  // A single record can make the whole request fail. All calls count as tried, so their retries are spread over time.
  if (error instanceof RequestFailed)
    return { error, isPause: false, isCounted: true, code: 'unknown_exception', reason: error.message };
  const isPause = [DestinationUnavailable, AdapterMisconfigured, RequestRefused].some(
    (kind) => error instanceof kind,
  );
  if (!isPause)
    return { error, isPause, code: 'adapter_error', reason: 'The batch failed before the call landed.' };
  const delayMs = error instanceof DestinationUnavailable ? error.retryAfterMs : undefined;
  const reason = 'Salesforce stopped answering in the middle of the batch.';
  return { error: asMisconfigured(error), isPause, code: 'not_reached', reason, delayMs };
}

/** A refused request would be refused for every call, so the destination counts as misconfigured. */
function asMisconfigured(error: unknown): unknown {
  if (!(error instanceof RequestRefused)) return error;
  return new AdapterMisconfigured(
    `${error.message.replace(/\.$/, '')}: it names an object or field that the integration user cannot see.`,
    'npm run doctor names it. Give the user access (adapters/salesforce/README.md), or remove it from the settings.',
    { cause: error },
  );
}
