import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { everyScope, type Access } from './access.ts';
import type { FaultAim, HubspotFault, HubspotFaultName } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import { createPerson, type Person } from './portal/person.ts';
import { createPortal } from './portal/portal.ts';
import { createRateLimits } from './rate-limits.ts';
import type { ObjectType, RequestKind } from './request-kind.ts';
import type { SeenRequest } from './seen-request.ts';
import { createStagedFaults } from './staged-faults.ts';
import type { HubspotStandInOptions } from './stand-in-options.ts';
import type { StoredRecord } from './portal/stored-record.ts';

/** The valid token unless the options name another. */
export const standInToken = 'pat-na1-stand-in-5f0c27d1';

/** A record as the portal holds it. Deleted records are not listed. */
export interface PortalRecord {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  /** The ids of the associated records. */
  readonly calls: readonly string[];
  readonly contacts: readonly string[];
  readonly companies: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface HubspotStandIn {
  /** Without a slash at the end: `HUBSPOT_BASE_URL`. */
  readonly url: string;
  readonly token: string;
  readonly person: Person;
  /** The oldest first. */
  records(type: ObjectType): readonly PortalRecord[];
  record(type: ObjectType, id: string): PortalRecord | undefined;
  /**
   * Affects the next matching request, or `times` requests. Several faults are used in the order in which they were
   * staged.
   */
  stage(fault: HubspotFaultName | HubspotFault, aim?: FaultAim): void;
  /** Removes every fault that still waits. */
  unstage(): void;
  /**
   * Refuses each record that has one of these texts in a property, as a rule of the account would. An empty list
   * refuses nothing.
   */
  refuse(texts: readonly string[]): void;
  /** The requests since the start or the last `forget`. With kinds, only these. */
  requests(...kinds: readonly RequestKind[]): readonly SeenRequest[];
  /** The number of requests of each kind. */
  counts(): Readonly<Partial<Record<RequestKind, number>>>;
  forget(): void;
  close(): Promise<void>;
}

/**
 * Opens a HubSpot account on loopback. It enforces the rules of the real HubSpot, and misbehaves on request.
 *
 * HubSpot documents these facts:
 * - the paths (v3, v4 and dated versions), the formats and limits of bodies, and that every value is a string;
 * - associations on create, but none on upsert;
 * - 201, and 207 with errors by trace id; from 2026-09 on, the errors are in the 201 or 200;
 * - that a create refuses unknown properties, and an update ignores them;
 * - `hs_timestamp`, association types, and unique properties as `idProperty`;
 * - search: 5 groups, 6 and 18 filters, 200 results a page, 3,000 characters, 5 searches a second, and a late index;
 * - the calculated numbers, the rate limits with their headers and policies, and MISSING_SCOPES.
 *
 * Integrators have seen these facts, which are not documented: missing ids in a batch update (reported or silently
 * omitted), the message of a unique conflict (400 or 409), a repeated id that refuses the whole upsert, and the answer
 * to a non-unique `idProperty`.
 *
 * These are assumptions, which must be checked on a live account:
 * - calls can have unique properties (`uniqueOnCalls`);
 * - unique values are compared exactly, and are free again once their record is deleted;
 * - when two rows of a create have the same unique value, the second row is refused;
 * - how an association with an unknown record is refused (`unknownAssociation`);
 * - an upsert refuses unknown properties;
 * - in associations too, the id of a merged contact leads to the remaining contact;
 * - the numbers of a company are calculated like those of a contact;
 * - the answer to a create or upsert has the given properties and no trace id;
 * - the code of a refused owner, and the scopes for associations and for properties of calls;
 * - searches count only by the second and the day;
 * - the longest text has 65,536 characters.
 */
export async function startHubspotStandIn(options: HubspotStandInOptions = {}): Promise<HubspotStandIn> {
  const portal = createPortal(options);
  const token = options.token ?? standInToken;
  const access: Access = {
    token,
    scopes: options.scopes === undefined ? undefined : new Set(options.scopes),
  };
  const faults = createStagedFaults();
  const stopping = new AbortController();
  let seen: SeenRequest[] = [];
  const around = {
    portal,
    access,
    limits: createRateLimits(options, portal.nowMs),
    faults,
    onSocket: new WeakMap(),
    stopping: stopping.signal,
  };
  const server = createServer((request, response) => {
    handleRequest({ ...around, seen }, request, response).catch(() => request.socket.destroy());
  });
  // Only the client closes an idle connection: tests rely on its reuse.
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    person: createPerson(portal, access, everyScope),
    records: (type) => portal.all(type).map(asPortalRecord),
    record(type, id) {
      const record = portal.find(type, id);
      return record === undefined ? undefined : asPortalRecord(record);
    },
    stage: (fault, aim) => faults.stage(fault, aim),
    unstage: () => faults.unstage(),
    refuse(texts) {
      portal.refusedTexts = [...texts];
    },
    requests: (...kinds) =>
      kinds.length === 0 ? [...seen] : seen.filter(({ kind }) => kinds.includes(kind)),
    counts() {
      const counts: Partial<Record<RequestKind, number>> = {};
      for (const { kind } of seen) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    forget() {
      seen = [];
    },
    close() {
      stopping.abort();
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}

function asPortalRecord({ id, properties, links, createdAtMs, updatedAtMs }: StoredRecord): PortalRecord {
  return {
    id,
    properties,
    calls: [...links.calls.keys()],
    contacts: [...links.contacts.keys()],
    companies: [...links.companies.keys()],
    createdAtMs,
    updatedAtMs,
  };
}
