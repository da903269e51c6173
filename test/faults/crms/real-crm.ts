import type { Random } from '../../../src/simulate/traffic/random.ts';
import { idempotencyKey } from '../../../src/delivery/as-delivery.ts';
import { callKey } from '../../../adapters/hubspot/check/properties.ts';
import { startHubspotStandIn } from '../../../adapters/hubspot/test/stand-in/hubspot-stand-in.ts';
import { startSalesforceStandIn } from '../../../adapters/salesforce/test/stand-in/salesforce-stand-in.ts';
import type { Destination, LandedCall } from '../traffic/answered-pushes.ts';

/** A stand-in for a real CRM. The kit's own adapter writes to it, and its records are counted. */
export interface RealCrm extends Destination {
  readonly settings: Readonly<Record<string, string>>;
  /** The number of write requests. */
  writes(): number;
  /** Interrupts the next write before it is done, half done, or done with its answer in flight. Returns which. */
  hinder(random: Random): string;
  close(): Promise<void>;
}

const slowMs = 300;
const creates = ['calls.create', 'calls.create-one', 'calls.upsert'] as const;

interface Row {
  /** The key that the kit writes for a call. */
  readonly key: string | undefined;
  /** True when the record shows how the call ended. */
  readonly hasEnded: boolean;
}

/** Groups records by call. One record for each call is right, and a record without a known call is a stray. */
function landedOf(
  rows: readonly Row[],
  callIds: Iterable<string>,
  keyOf: (callId: string) => string,
): LandedCall[] {
  const ids = new Map([...new Set(callIds)].map((callId) => [keyOf(callId), callId]));
  const byCall = new Map<string, Row[]>();
  for (const row of rows) {
    const callId = ids.get(row.key ?? '') ?? `stray ${row.key ?? 'without a key'}`;
    byCall.set(callId, [...(byCall.get(callId) ?? []), row]);
  }
  return [...byCall].map(([callId, own]) => ({
    callId,
    times: own.length,
    stages: new Set(own.every(({ hasEnded }) => hasEnded) ? ['call_end'] : []),
    revision: undefined,
  }));
}

/** Tasks in Salesforce. Without the kit's key field, the adapter finds them by the text of another field. */
export async function openSalesforce(withKeyField: boolean): Promise<RealCrm> {
  const org = await startSalesforceStandIn(
    withKeyField ? {} : { missingFields: ['Task.Jet_Call_Session_Id__c'] },
  );
  org.add('Contact', { LastName: 'Caller', Phone: '0491570006' });
  return {
    name: 'salesforce',
    lands: ['call_end'],
    shows: ['call_end'],
    settings: {
      SALESFORCE_LOGIN_URL: org.url,
      SALESFORCE_CLIENT_ID: org.clientId,
      SALESFORCE_CLIENT_SECRET: org.clientSecret,
      SALESFORCE_KEY: withKeyField ? 'field' : 'callobject',
    },
    writes: () => org.log.of('create').length,
    hinder(random) {
      org.behave();
      const fault = random.pick([
        { name: 'slow answer', delayMs: slowMs },
        { name: 'reset in the middle of the write' },
        { name: 'headers then silence' },
      ] as const);
      org.stage(fault, { on: 'create' });
      return fault.name;
    },
    landed(callIds) {
      const rows = org.records('Task').map((task) => {
        const { CallObject: object, CallDurationInSeconds: seconds } = task;
        return {
          key: typeof object === 'string' ? object.replace(/^jet:/, '') : undefined,
          hasEnded: typeof seconds === 'number',
        };
      });
      return landedOf(rows, callIds, (callId) => callId);
    },
    close: () => org.close(),
  };
}

/** Calls in HubSpot, distinguished by a unique property, or found by a search for it. */
export async function openHubspot(isUnique: boolean): Promise<RealCrm> {
  const hubspot = await startHubspotStandIn({
    properties: { calls: [{ name: callKey, hasUniqueValue: isUnique }] },
    contacts: [{ properties: { firstname: 'Caller', phone: '0491570006' } }],
    // After a kill, deliveries are tried alone. The real limits would slow that down.
    limits: { burst: 1_000 },
  });
  return {
    name: 'hubspot',
    lands: ['call_end'],
    shows: ['call_end'],
    settings: {
      HUBSPOT_BASE_URL: hubspot.url,
      HUBSPOT_ACCESS_TOKEN: hubspot.token,
      HUBSPOT_KEY: isUnique ? 'unique' : 'search',
      HUBSPOT_BURST: '1000',
    },
    writes: () => hubspot.requests(...creates).length,
    hinder(random) {
      hubspot.unstage();
      const fault = random.pick([
        'slow',
        'reset in the write',
        'body stall',
        'silence after the write',
      ] as const);
      hubspot.stage(fault === 'slow' ? { reply: { kind: 'slow', delayMs: slowMs } } : fault, { on: creates });
      return fault;
    },
    landed(callIds) {
      const rows = hubspot.records('calls').map(({ properties }) => ({
        key: properties[callKey],
        hasEnded: properties['hs_call_duration'] !== undefined,
      }));
      return landedOf(rows, callIds, (callId) => idempotencyKey('hubspot', callId));
    },
    close: () => hubspot.close(),
  };
}
