import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReferenceRecord } from '../../adapter-kit/reference/mapping.ts';
import { idempotencyKey } from '../../../src/delivery/as-delivery.ts';
import type { Destination } from '../traffic/answered-pushes.ts';

/** The destination's reaction to one write request. */
export type Act = (request: CrmRequest) => Promise<void> | void;

export interface CrmRequest {
  readonly records: readonly ReferenceRecord[];
  readonly response: ServerResponse;
  readonly incoming: IncomingMessage;
  /** Writes the records, or only those with a wanted key, and answers with their results. */
  land(isWanted?: (key: string) => boolean): unknown;
  /** Answers with a status and a body. */
  reply(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
}

/** A write request. */
export interface SeenRequest {
  /** When the request arrived, in milliseconds. */
  readonly atMs: number;
  /** The number of records in the request. */
  readonly records: number;
  /** When the request was answered or the adapter disconnected. Undefined: not yet. */
  endedMs: number | undefined;
}

/** A created record with all its later writes. */
export interface CrmRecord {
  readonly id: string;
  readonly key: string;
  readonly states: { readonly shown: ReferenceRecord; readonly atMs: number }[];
}

/** The destination of a test adapter, in the test's own process. It knows what really landed. */
export interface Crm extends Destination {
  /** The adapter's name, and the address of this destination. */
  readonly settings: Readonly<Record<string, string>>;
  act: Act;
  /** The write requests. */
  readonly requests: readonly SeenRequest[];
  /** How often records were looked up by key. */
  readonly lookups: number;
  /** Writes that replaced a newer revision by an older one. At the end, none may remain. */
  readonly regressions: readonly string[];
  /** Each record, in the order of creation. A key can have several: only a write that asks for merging merges. */
  readonly records: readonly CrmRecord[];
  keyOf(callId: string): string;
  close(): Promise<void>;
}

/**
 * `merges`: the reference adapter, whose writes merge by key. `creates`: the lookup adapter, for which each write
 * without an id creates a record.
 */
export type CrmKind = 'merges' | 'creates';

export const landAll: Act = (request) => request.reply(200, request.land());

/** Like a CRM, it lets the last write win, whatever its revision. */
export async function openCrm(kind: CrmKind = 'merges'): Promise<Crm> {
  const name = kind === 'merges' ? 'reference' : 'lookup';
  const records: CrmRecord[] = [];
  const byKey = new Map<string, CrmRecord[]>();
  const regressions: string[] = [];
  const requests: SeenRequest[] = [];
  let lookups = 0;

  const make = (key: string): CrmRecord => {
    const made = { id: `r-${records.length + 1}`, key, states: [] };
    records.push(made);
    byKey.set(key, [...(byKey.get(key) ?? []), made]);
    return made;
  };
  const write = ({ id, ...shown }: ReferenceRecord & { id?: string }, merge: boolean): unknown => {
    const { key, revision } = shown;
    const before = merge ? byKey.get(key)?.[0] : records.find((record) => record.id === id);
    if (id !== undefined && before === undefined) return { key, error: 'not_found' };
    const record = before ?? make(key);
    const shownBefore = record.states.at(-1)?.shown.revision ?? 0;
    if (revision < shownBefore) regressions.push(`${key}: ${shownBefore} to ${revision}`);
    record.states.push({ shown, atMs: performance.now() });
    return { key, id: record.id, effect: before === undefined ? 'created' : 'updated' };
  };

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    const reply = (status: number, body: unknown, headers = {}): void => {
      if (response.writableEnded || response.destroyed) return;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
      if ('keys' in body) {
        lookups += 1;
        const found = body.keys.flatMap((key) => byKey.get(key) ?? []);
        reply(200, { records: found.map(({ id, key }) => ({ id, key })) });
        return;
      }
      const seen: SeenRequest = { atMs: performance.now(), records: body.records.length, endedMs: undefined };
      requests.push(seen);
      response.on('close', () => (seen.endedMs = performance.now()));
      const land = (isWanted: (key: string) => boolean = () => true): unknown => ({
        results: body.records
          .filter(({ key }) => isWanted(key))
          .map((record) => write(record, body.merge === true)),
      });
      void crm.act({ records: body.records, response, incoming, land, reply });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const prefix = name.toUpperCase();
  const crm: Crm = {
    name,
    // The test adapters land each push.
    lands: ['call_start', 'call_answered', 'call_end'],
    shows: ['call_end'],
    settings: {
      [`${prefix}_URL`]: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      [`${prefix}_TOKEN`]: 'token-of-the-faults',
    },
    act: landAll,
    requests,
    get lookups() {
      return lookups;
    },
    regressions,
    records,
    keyOf: (callId) => idempotencyKey(name, callId),
    landed(callIds) {
      const ids = new Map([...new Set(callIds)].map((callId) => [crm.keyOf(callId), callId]));
      return [...byKey].map(([key, made]) => {
        const shown = made[0]?.states.at(-1)?.shown;
        return {
          callId: ids.get(key) ?? key,
          times: made.length,
          stages: new Set((shown?.seconds ?? null) === null ? [] : ['call_end']),
          revision: shown?.revision,
        };
      });
    },
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return crm;
}

type Body =
  | { readonly keys: readonly string[] }
  | { readonly records: readonly (ReferenceRecord & { id?: string })[]; readonly merge?: boolean };
