import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCallCompleter } from '../../src/domain/call.ts';
import type { Database } from '../../src/database/database.ts';
import { foldCall } from '../../src/domain/fold.ts';
import type { Push } from '../../src/domain/push.ts';
import { reportingTable } from '../../src/reporting/reporting-column.ts';
import { stages } from '../../src/domain/stage.ts';
import { isList, readBody as readPushes } from '../../src/intake/read-body.ts';
import { isFault, type PushReading } from '../../src/intake/read-push.ts';

/**
 * The fault of a stand-in for one request. Undefined: none. `lost`: the stand-in stores the push and disconnects
 * without an answer.
 */
export type Misbehaviour = (request: {
  readonly path: string;
  readonly body: string;
  readonly number: number;
}) => WrongAnswer | 'lost' | undefined;

export interface WrongAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

export interface StandIn {
  readonly url: string;
  /** The bodies in the order of their arrival, including refused ones. */
  readonly received: readonly { readonly path: string; readonly body: string }[];
  readonly tokensGiven: number;
  close(): Promise<void>;
}

export interface StandInOptions {
  /** The database in which calls land. Undefined: none. */
  readonly database?: Database;
  readonly misbehave?: Misbehaviour;
  /** The number of requests for which a token is valid. */
  readonly requestsPerToken?: number;
  /** Changes what lands. */
  readonly land?: (row: Record<string, unknown>) => Record<string, unknown> | undefined;
}

export const standInClient = { kind: 'client', clientId: 'standin', clientSecret: 'standin-secret' } as const;
export const standInHeader = { kind: 'header', name: 'X-Jet-Key', value: 'standin-key' } as const;

/** A receiver with the documented answers, on a real loopback port. It keeps its pushes in memory. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const received: { path: string; body: string }[] = [];
  const pushesOf = new Map<string, Push[]>();
  const complete = createCallCompleter({
    timeZone: 'Australia/Sydney',
    defaultCountry: 'AU',
    statusMap: new Map(),
  });
  let taken = 0;
  let tokensGiven = 0;
  let requestsWithToken = 0;
  let landing = Promise.resolve();

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (request.url === '/oauth/token') giveToken(request, body, response);
      else if (request.url?.startsWith('/webhooks/jet') === true) takePush(request, body, response);
      else answer(response, 200, { status: 'ok' });
    });
  });

  function giveToken(request: IncomingMessage, body: string, response: ServerResponse): void {
    const pair = Buffer.from(`${standInClient.clientId}:${standInClient.clientSecret}`).toString('base64');
    if (request.headers.authorization !== `Basic ${pair}`) {
      answer(response, 401, { error: 'invalid_client' });
    } else if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') {
      answer(response, 400, { error: 'unsupported_grant_type' });
    } else {
      tokensGiven += 1;
      requestsWithToken = 0;
      answer(response, 200, { access_token: `token-${tokensGiven}`, token_type: 'Bearer', expires_in: 3600 });
    }
  }

  function isAuthorized(request: IncomingMessage): boolean {
    if (request.headers['x-jet-key'] === standInHeader.value) return true;
    if (request.headers.authorization !== `Bearer token-${tokensGiven}`) return false;
    requestsWithToken += 1;
    return requestsWithToken <= (options.requestsPerToken ?? Infinity);
  }

  function takePush(request: IncomingMessage, body: string, response: ServerResponse): void {
    if (!isAuthorized(request)) {
      answer(response, 401, { code: 'unauthorized' }, { 'www-authenticate': 'Bearer' });
      return;
    }
    const path = request.url ?? '';
    received.push({ path, body });
    const wrong = options.misbehave?.({ path, body, number: received.length });
    if (wrong !== undefined && wrong !== 'lost') {
      answer(response, wrong.status, wrong.body ?? {}, wrong.headers);
      return;
    }
    const pathStage = stages.find((stage) => path.endsWith(`/${stage.replaceAll('_', '-')}`));
    const contentType = request.headers['content-type'];
    const reading = readPushes(Buffer.from(body), contentType, pathStage, { statusMap: new Map() });
    if ('code' in reading) {
      answer(response, reading.code === 'not_a_call' ? 422 : 400, { code: reading.code });
      return;
    }
    const result = isList(reading)
      ? { status: 'stored', pushes: reading.items.map((item) => (isFault(item) ? item : store(item))) }
      : store(reading);
    if (wrong === 'lost') response.destroy();
    else answer(response, 200, result);
  }

  function store(reading: PushReading): object {
    const { callId, stage, contentHash, warnings } = reading;
    const pushes = pushesOf.get(callId) ?? [];
    const duplicate = pushes.some((push) => push.contentHash === contentHash);
    taken += 1;
    const id = `push-${String(taken).padStart(6, '0')}`;
    if (!duplicate) pushes.push({ ...reading, id, receivedAtMs: Date.now() });
    pushesOf.set(callId, pushes);
    landing = landing.then(() => land([...pushes]));
    return { status: 'stored', pushId: id, callId, stage, duplicate, warnings };
  }

  async function land(pushes: readonly Push[]): Promise<void> {
    const call = complete(foldCall(pushes));
    const row: Record<string, unknown> = {
      call_id: call.call_id,
      direction: call.direction,
      stage: call.stage,
      status: call.status,
      answering_point: call.answering_point ?? null,
      extension_number: call.extension_number ?? null,
      duration_seconds: call.duration_seconds ?? null,
      ...unimportant,
    };
    const landed = options.land === undefined ? row : options.land(row);
    if (landed === undefined) return;
    await options.database?.knex(reportingTable).insert(landed).onConflict('call_id').merge();
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    get tokensGiven() {
      return tokensGiven;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await landing;
    },
  };
}

/** Required columns that the simulation does not check. */
const unimportant = {
  started_at_utc: '2025-03-04 00:00:00.000',
  started_at_local: '2025-03-04 11:00:00.000',
  started_at_offset: '+11:00',
  started_at_estimated: 0,
  time_zone: 'Australia/Sydney',
  local_date: '2025-03-04',
  local_hour: 11,
  local_weekday: 2,
  withheld: 0,
  revision: 1,
  first_received_at_utc: '2025-03-04 00:00:00.000',
  last_received_at_utc: '2025-03-04 00:00:00.000',
  updated_at_utc: '2025-03-04 00:00:00.000',
};

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
