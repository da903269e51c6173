import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReferenceRecord } from '../adapter-kit/reference/mapping.ts';
import { idempotencyKey } from '../../src/delivery/attempt.ts';
import type { Destination } from './ledger.ts';

/** What the destination does with one request to write. */
export type Act = (request: CrmRequest) => Promise<void> | void;

export interface CrmRequest {
  readonly records: readonly ReferenceRecord[];
  readonly response: ServerResponse;
  readonly incoming: IncomingMessage;
  /** Writes the records, or those with a key that is asked for, and answers what became of each. */
  land(isWanted?: (key: string) => boolean): unknown;
  /** Answers with a status and a body. */
  reply(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
}

/** A request to write, as it was seen. */
export interface SeenRequest {
  /** When it came, in milliseconds. */
  readonly atMs: number;
  /** How many records it held. */
  readonly records: number;
  /** When it was answered, or the adapter left. Undefined: not yet. */
  endedMs: number | undefined;
}

/** A record that was made, with what was written to it since. */
export interface CrmRecord {
  readonly id: string;
  readonly key: string;
  readonly states: { readonly shown: ReferenceRecord; readonly atMs: number }[];
}

/** The destination of a test adapter, in the test's own process: it tells what really landed. */
export interface Crm extends Destination {
  /** The adapter's name, and where it finds this. */
  readonly settings: Readonly<Record<string, string>>;
  act: Act;
  /** Requests to write. */
  readonly requests: readonly SeenRequest[];
  /** How often it was asked for records by their keys. */
  readonly lookups: number;
  /** Writes that brought an older revision over a newer one: in the end none may stand. */
  readonly regressions: readonly string[];
  /** Each record, in the order of making. A key may have several: only who asks for it gets one merged. */
  readonly records: readonly CrmRecord[];
  keyOf(callId: string): string;
  close(): Promise<void>;
}

/**
 * `merges`: the reference adapter, which asks for writes that merge by key. `creates`: the lookup adapter, to whom each
 * write without an id makes a record, whatever is there.
 */
export type CrmKind = 'merges' | 'creates';

export const landAll: Act = (request) => request.reply(200, request.land());

/** As a CRM does it: the last write wins, whatever its revision. */
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
