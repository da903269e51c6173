import type { AddressInfo } from 'node:net';
import { createFaultQueue, type FaultScope, type SalesforceFault } from './fault.ts';
import { createHttpSide } from './http-side.ts';
import type { SalesforceStandInOptions } from './options.ts';
import { createOrg } from './org.ts';
import { asLongId, type Fields, type ObjectName } from './org-record.ts';
import { createPeople, type People } from './people.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { seed } from './seed.ts';
import { clientId, clientSecret, createTokens } from './tokens.ts';

export type { FaultScope, ItemFault, RequestKind, SalesforceFault } from './fault.ts';
export type { ExtraField, FieldChange, KitField, SalesforceStandInOptions } from './options.ts';
export type { Fields, ObjectName } from './org-record.ts';
export type { People } from './people.ts';
export type { RecordedRequest, RequestLog } from './request-log.ts';

/** A Salesforce org that stands in for the real one, on loopback. What it is sure of and what not: see README.md. */
export interface SalesforceStandIn {
  /** `http://127.0.0.1:port`: login host, My Domain and instance in one. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The user that the tokens belong to. */
  readonly integrationUserId: string;
  readonly log: RequestLog;
  readonly people: People;
  /**
   * Puts a record there as if it had been for long: search knows it, `LastModifiedDate` may be given. Nothing of it is
   * checked. An account with `IsPersonAccount: true` gets its contact and `PersonContactId`.
   *
   * @returns its id, 18 characters
   */
  add(object: ObjectName, fields: Fields): string;
  /** What is there, in the order of creation; the deleted are left out. */
  records(object: ObjectName): readonly Fields[];
  /** One record with all its fields, deleted ones (`IsDeleted`) too. */
  record(id: string): Fields | undefined;
  /** Misbehaves so: the next request in scope, or the next `times`, or `Infinity`. Several queue up. */
  stage(fault: SalesforceFault, options?: { readonly on?: FaultScope; readonly times?: number }): void;
  /** Behaves again. */
  behave(): void;
  /** Every token that was given out is refused from now on. */
  expireTokens(): void;
  /** Refuses every record of an object that fits. Said as FIELD_CUSTOM_VALIDATION_EXCEPTION with this message. */
  validationRule(object: ObjectName, message: string, refuses: (record: Fields) => boolean): void;
  /** A lead, contact or account that fits is refused as a duplicate of these records. */
  duplicateRule(object: ObjectName, matches: (record: Fields) => readonly string[]): void;
  /**
   * Somebody holds these records: whatever must lock one is refused with UNABLE_TO_LOCK_ROW. A task locks itself and
   * its account, who and what; a new one that is completed or has no date locks nothing.
   */
  lock(...ids: readonly string[]): void;
  unlock(...ids: readonly string[]): void;
  /** What an administrator changes while it runs. */
  setUp(changes: Pick<SalesforceStandInOptions, 'othersTasks' | 'rowsPerWriteMax'>): void;
  /** Sets what the daily limit has used up. */
  use(requests: number): void;
  close(): Promise<void>;
}

/** Opens one on a port of its own, empty but for its two users. */
export async function startSalesforceStandIn(
  options: SalesforceStandInOptions = {},
): Promise<SalesforceStandIn> {
  const current = { ...options };
  const org = createOrg(current);
  const tokens = createTokens(org);
  const faults = createFaultQueue();
  const log = createRequestLog();
  const usage = { used: options.usedAtStart ?? 0, limit: options.dailyLimit ?? 100_000 };
  const stopping = new AbortController();
  const server = createHttpSide({ org, tokens, faults, log, usage, stopping: stopping.signal });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId,
    clientSecret,
    integrationUserId: org.integrationUserId,
    log,
    people: createPeople(org),
    add: (object, fields) => seed(org, object, fields),
    records: (object) => org.all(object).map(({ values }) => structuredClone(values)),
    record: (id) => structuredClone(org.find(id)?.values),
    stage: (fault, { on = 'api', times = 1 } = {}) => faults.stage(fault, on, times),
    behave: () => faults.clear(),
    expireTokens: () => tokens.expireAll(),
    validationRule: (object, message, refuses) => void org.validationRules.push({ object, message, refuses }),
    duplicateRule: (object, matches) => void org.duplicateRules.push({ object, matches }),
    lock: (...ids) => ids.forEach((id) => org.locked.add(asLongId(id))),
    unlock: (...ids) => ids.forEach((id) => org.locked.delete(asLongId(id))),
    setUp: (changes) => void Object.assign(current, changes),
    use(requests) {
      usage.used = requests;
    },
    close() {
      stopping.abort();
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
