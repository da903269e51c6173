import type { AddressInfo } from 'node:net';
import { createFaultQueue, type FaultScope, type SalesforceFault } from './fault.ts';
import { createHttpSide } from './http-side.ts';
import type { SalesforceStandInOptions } from './options.ts';
import { createOrg } from './org/org.ts';
import { asLongId, type Fields, type ObjectName } from './org/org-record.ts';
import { createPeople, type People } from './org/people.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { seed } from './org/seed.ts';
import { clientId, clientSecret, createTokens } from './tokens.ts';

export type { FaultScope, ItemFault, RequestKind, SalesforceFault } from './fault.ts';
export type { ExtraField, FieldChange, KitField, SalesforceStandInOptions } from './options.ts';
export type { Fields, ObjectName } from './org/org-record.ts';
export type { People } from './org/people.ts';
export type { RecordedRequest, RequestLog } from './request-log.ts';

/** A simulated Salesforce org on loopback. README.md lists its known facts and its assumptions. */
export interface SalesforceStandIn {
  /** `http://127.0.0.1:port`: the login host, My Domain and instance at once. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The user that the tokens belong to. */
  readonly integrationUserId: string;
  readonly log: RequestLog;
  readonly people: People;
  /**
   * Adds a record that has existed for a long time: the search finds it at once, and `LastModifiedDate` can be set. The
   * record is not checked. An account with `IsPersonAccount: true` gets a contact and its `PersonContactId`.
   *
   * @returns the id, 18 characters
   */
  add(object: ObjectName, fields: Fields): string;
  /** The records that are not deleted, in the order of creation. */
  records(object: ObjectName): readonly Fields[];
  /** One record with all its fields, even if it is deleted (`IsDeleted`). */
  record(id: string): Fields | undefined;
  /** Affects the next request in scope, or the next `times` requests (`Infinity`: all). Several faults form a queue. */
  stage(fault: SalesforceFault, options?: { readonly on?: FaultScope; readonly times?: number }): void;
  /** Removes all staged faults. */
  behave(): void;
  /** Refuses every token that was issued so far. */
  expireTokens(): void;
  /** Refuses matching records with FIELD_CUSTOM_VALIDATION_EXCEPTION and this message. */
  validationRule(object: ObjectName, message: string, refuses: (record: Fields) => boolean): void;
  /** Refuses a lead, contact or account as a duplicate of the records that `matches` returns. */
  duplicateRule(object: ObjectName, matches: (record: Fields) => readonly string[]): void;
  /**
   * Locks these records for another writer. A write that must lock one of them is refused with UNABLE_TO_LOCK_ROW. A
   * task locks itself, its account, `WhoId` and `WhatId`. A new task that is completed or has no date locks nothing.
   */
  lock(...ids: readonly string[]): void;
  unlock(...ids: readonly string[]): void;
  /** Changes the setup while the org runs, as an administrator can. */
  setUp(changes: Pick<SalesforceStandInOptions, 'othersTasks' | 'rowsPerWriteMax'>): void;
  /** Sets the used part of the daily limit. */
  use(requests: number): void;
  close(): Promise<void>;
}

/** Opens an org on its own port. It is empty except for its two users. */
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
