import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import type { Fault, LandedRecord, StandIn } from '../../../../test/adapter-kit/subject.ts';
import { rateLimited } from './faults.ts';
import { startHubspotStandIn, type HubspotStandIn, type PortalRecord } from './hubspot-stand-in.ts';
import { writingKinds } from './request-kind.ts';
import type { HubspotStandInOptions } from './stand-in-options.ts';

export interface HubspotKitOptions extends HubspotStandInOptions {
  /** The property of calls that holds the idempotency key. It exists from the start. */
  readonly keyProperty: string;
  /** False when the portal refused a unique property. By default true. */
  readonly keyIsUnique?: boolean;
  /** Settings in addition to the token and the address. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A call in the form of the adapter's `preview`. By default its properties. */
  readonly shown?: (record: PortalRecord) => Readonly<Record<string, JsonValue>>;
}

/** The stand-in for the adapter kit. It can stage every fault of the kit. */
export async function openHubspotKitStandIn({
  keyProperty,
  keyIsUnique = true,
  settings = {},
  shown = ({ properties }) => properties,
  ...options
}: HubspotKitOptions): Promise<StandIn & { readonly hubspot: HubspotStandIn }> {
  const calls = [...(options.properties?.calls ?? []), { name: keyProperty, hasUniqueValue: keyIsUnique }];
  const hubspot = await startHubspotStandIn({ ...options, properties: { ...options.properties, calls } });
  return {
    hubspot,
    settings: { HUBSPOT_BASE_URL: hubspot.url, HUBSPOT_ACCESS_TOKEN: hubspot.token, ...settings },
    records: () =>
      Promise.resolve(hubspot.records('calls').map((record) => landed(record, keyProperty, shown))),
    addPerson: (phone) => Promise.resolve(hubspot.person.add('contacts', { properties: { phone } })),
    stage(fault) {
      hubspot.unstage();
      hubspot.refuse([]);
      if (fault !== undefined) stageKitFault(hubspot, fault);
      return Promise.resolve();
    },
    close: () => hubspot.close(),
  };
}

function stageKitFault(hubspot: HubspotStandIn, fault: Fault): void {
  const always = { times: Infinity };
  const contentType = 'application/json';
  switch (fault.name) {
    case 'refused credentials': {
      const body = {
        status: 'error',
        message: 'Authentication credentials not found.',
        category: 'INVALID_AUTHENTICATION',
      };
      hubspot.stage({ reply: { kind: 'instead', status: 401, contentType, body } }, always);
      return;
    }
    case 'a request to slow down': {
      const headers = { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) };
      const limited = rateLimited('TEN_SECONDLY_ROLLING');
      hubspot.stage({ reply: { kind: 'instead', ...limited, contentType, headers } }, always);
      return;
    }
    case 'a server error':
      hubspot.stage('500', always);
      return;
    case 'silence':
      hubspot.stage('silence', always);
      return;
    case 'slowness':
      hubspot.stage({ reply: { kind: 'slow', delayMs: fault.delayMs } }, always);
      return;
    case 'a reply lost after the write':
      hubspot.stage('reset after the write', { ...always, on: writingKinds });
      return;
    case 'one refused record':
      hubspot.refuse([fault.key, fault.callId]);
  }
}

function landed(
  record: PortalRecord,
  keyProperty: string,
  shown: NonNullable<HubspotKitOptions['shown']>,
): LandedRecord {
  const { [keyProperty]: key = '', hs_call_duration: durationMs } = record.properties;
  return {
    key,
    remoteId: record.id,
    personId: record.contacts[0],
    durationSeconds: durationMs === undefined ? undefined : Math.round(Number(durationMs) / 1000),
    shown: shown(record),
  };
}
