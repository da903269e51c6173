import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import type { Fault, FaultName, StandIn } from '../../../../test/adapter-kit/subject.ts';
import type { Fields } from './org/org-record.ts';
import {
  startSalesforceStandIn,
  type SalesforceStandIn,
  type SalesforceStandInOptions,
} from './salesforce-stand-in.ts';

/** Every fault of the kit can be staged with it. */
export const salesforceKitFaults: readonly FaultName[] = [
  'refused credentials',
  'a request to slow down',
  'a server error',
  'silence',
  'a reply lost after the write',
  'one refused record',
  'slowness',
];

export interface KitStandInOptions {
  readonly org?: SalesforceStandInOptions;
  /** Settings besides the address and the credentials. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Converts a task to the form of the adapter's `preview`. By default, the fields that have a value. */
  readonly show?: (task: Fields) => Readonly<Record<string, JsonValue>>;
  /** Called before the adapter runs, for example to add people. */
  readonly prepare?: (org: SalesforceStandIn) => void;
}

/** Opens a stand-in Salesforce for the adapter kit. Its records are tasks, by their key. */
export async function kitStandIn(options: KitStandInOptions = {}): Promise<StandIn> {
  const org = await startSalesforceStandIn(options.org);
  options.prepare?.(org);
  const show = options.show ?? withValues;
  return {
    settings: {
      SALESFORCE_LOGIN_URL: org.url,
      SALESFORCE_CLIENT_ID: org.clientId,
      SALESFORCE_CLIENT_SECRET: org.clientSecret,
      ...options.settings,
    },
    records: () =>
      Promise.resolve(
        org.records('Task').map((task) => ({
          key: keyOf(task) ?? '',
          remoteId: typeof task.Id === 'string' ? task.Id : undefined,
          durationSeconds:
            typeof task.CallDurationInSeconds === 'number' ? task.CallDurationInSeconds : undefined,
          personId: typeof task.WhoId === 'string' ? task.WhoId : undefined,
          shown: show(task),
        })),
      ),
    addPerson: (phone) => Promise.resolve(org.add('Contact', { LastName: 'Ng', Phone: phone })),
    stage(fault) {
      org.behave();
      if (fault !== undefined) stageFault(org, fault);
      return Promise.resolve();
    },
    close: () => org.close(),
  };
}

function stageFault(org: SalesforceStandIn, fault: Fault): void {
  const always = (
    ...[staged, on]: [Parameters<typeof org.stage>[0], 'token' | 'writes' | 'everything' | 'api']
  ) => org.stage(staged, { on, times: Infinity });
  switch (fault.name) {
    case 'refused credentials':
      always({ name: 'token refused', error: 'invalid_client' }, 'token');
      always({ name: 'session refused' }, 'api');
      return;
    case 'a request to slow down':
      always({ name: 'too many requests', retryAfterMs: fault.retryAfterMs }, 'everything');
      return;
    case 'a server error':
      always({ name: 'unavailable' }, 'everything');
      return;
    case 'silence':
      always({ name: 'silence' }, 'everything');
      return;
    case 'a reply lost after the write':
      always({ name: 'reset after the write' }, 'writes');
      return;
    case 'one refused record':
      always(
        {
          name: 'item refused',
          statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
          message: 'A validation rule refuses it.',
          when: (record) => [fault.key, fault.callId].includes(keyOf(record) ?? ''),
        },
        'writes',
      );
      return;
    case 'slowness':
      always({ name: 'slow answer', delayMs: fault.delayMs }, 'everything');
  }
}

/** The key of a task: from the key field, or from Call Object if that field is not deployed. */
function keyOf({ Jet_Call_Session_Id__c: key, CallObject: object }: Fields): string | undefined {
  if (typeof key === 'string') return key;
  return typeof object === 'string' ? object.replace(/^jet:/, '') : undefined;
}

function withValues(task: Fields): Record<string, JsonValue> {
  const byTheOrg =
    /^(?:Id|IsDeleted|Created\w+|LastModified\w+|SystemModstamp|AccountId|IsClosed|IsHighPriority|CompletedDateTime|IsReminderSet|OwnerId)$/;
  return Object.fromEntries(
    Object.entries(task).filter(
      (entry): entry is [string, JsonValue] => !byTheOrg.test(entry[0]) && (entry[1] ?? null) !== null,
    ),
  );
}
