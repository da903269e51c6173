import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { everyScope, type Access } from './access.ts';
import type { FaultAim, HubspotFault, HubspotFaultName } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import { createPerson, type Person } from './person.ts';
import { createPortal } from './portal.ts';
import { createRateLimits } from './rate-limits.ts';
import type { ObjectType, RequestKind } from './request-kind.ts';
import type { SeenRequest } from './seen-request.ts';
import { createStagedFaults } from './staged-faults.ts';
import type { HubspotStandInOptions } from './stand-in-options.ts';
import type { StoredRecord } from './stored-record.ts';

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
 * A HubSpot account on loopback that enforces what the real one does, and misbehaves on request.
 *
 * As documented by HubSpot: paths (v3, v4 and dated), the shapes and limits of bodies, strings only, associations on
 * create and none on upsert, 201 and 207 with errors by trace id, the same inside the 201 and 200 from 2026-09 on,
 * unknown properties refused on create and ignored on update, `hs_timestamp`, association types, unique properties as
 * `idProperty`, search (5 groups, 6 and 18 filters, 200 a page, 3,000 characters, 5 a second, lag), the calculated
 * numbers, rate limits with their headers and policies, MISSING_SCOPES.
 *
 * Seen by others, not documented: ids that are not there in a batch update (told, or silently left out), the message of
 * a unique conflict (400 or 409), a repeated id refusing the whole upsert, the answer to a non-unique `idProperty`.
 *
 * Assumed, and to be looked at on a live account: that calls take unique properties (`uniqueOnCalls`); that unique
 * values are compared exactly and are free again once their record is deleted; that a unique value given twice in one
 * create refuses the second row; how an unknown association is refused (`unknownAssociation`); that an upsert refuses
 * unknown properties; that the merged id of a contact keeps leading to the survivor in associations too; that company
 * numbers are calculated like those of contacts; that a create and an upsert tell the properties that they were given,
 * and no trace id; the code of a refused owner; that searches count by the second and the day only; which scopes
 * associations and properties of calls ask for; 65,536 characters as the longest text.
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
