import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReferenceRecord } from '../adapter-kit/reference/mapping.ts';
import { idempotencyKey } from '../../src/delivery/attempt.ts';
import type { LandedCall } from './ledger.ts';

/** What the destination does with one request. Nothing: it lands all of it. */
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

/** The destination of the reference adapter, in the test's own process: it tells what really landed. */
export interface Crm {
  readonly settings: Readonly<Record<string, string>>;
  act: Act;
  /** When each request with records came, in milliseconds, and how many it held. */
  readonly requests: { readonly atMs: number; readonly records: number }[];
  /** Writes that brought an older revision over a newer one: in the end none may stand. */
  readonly regressions: string[];
  /** Keys of records that show an older revision than they showed before. */
  showsOld(): string[];
  /** The states of each record, one after the other. */
  readonly writes: ReadonlyMap<string, readonly ReferenceRecord[]>;
  /** What landed of these calls. */
  landed(callIds: Iterable<string>): LandedCall[];
  close(): Promise<void>;
}

export const landAll: Act = (request) => request.reply(200, request.land());

/** As a CRM does it: merges by key, and the last write wins, whatever its revision. */
export async function openCrm(): Promise<Crm> {
  const writes = new Map<string, ReferenceRecord[]>();
  const regressions: string[] = [];
  const requests: { atMs: number; records: number }[] = [];
  const write = (record: ReferenceRecord): unknown => {
    const before = writes.get(record.key);
    const newest = before?.at(-1)?.revision ?? 0;
    if (record.revision < newest) regressions.push(`${record.key}: ${newest} to ${record.revision}`);
    writes.set(record.key, [...(before ?? []), record]);
    return { key: record.key, id: `r-${record.key}`, effect: before === undefined ? 'created' : 'updated' };
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => undefined);
    incoming.on('end', () => {
      const { records } = JSON.parse(Buffer.concat(chunks).toString()) as { records: ReferenceRecord[] };
      requests.push({ atMs: performance.now(), records: records.length });
      const land = (isWanted: (key: string) => boolean = () => true): unknown => ({
        results: records.filter(({ key }) => isWanted(key)).map(write),
      });
      const reply = (status: number, body: unknown, headers = {}): void => {
        if (response.writableEnded || response.destroyed) return;
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      };
      void crm.act({ records, response, incoming, land, reply });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const crm: Crm = {
    settings: {
      REFERENCE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      REFERENCE_TOKEN: 'token-of-the-faults',
    },
    act: landAll,
    requests,
    regressions,
    writes,
    showsOld: () =>
      [...writes]
        .filter(([, records]) => records.some(({ revision }) => revision > (records.at(-1)?.revision ?? 0)))
        .map(([key]) => key),
    landed: (callIds) =>
      [...new Set(callIds)].flatMap((callId) => {
        const records = writes.get(idempotencyKey('reference', callId));
        if (records === undefined) return [];
        const shows = records.at(-1)?.seconds === null ? [] : ['call_end'];
        return [{ callId, times: 1, stages: new Set(shows) }];
      }),
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
  return crm;
}
