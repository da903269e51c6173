import type { Connection, HttpRequest } from 'jsforce';
import { DestinationUnavailable, untilAborted, type Clock } from '#contract';
import { LostReply } from '#crm';
import { signAssertion } from './assertion.ts';
import type { SalesforceConfig } from '../config.ts';
import { requestFailure, type ApiError } from './failure.ts';
import { asRequestFailure, asTokenFailure } from './reply-failure.ts';
import { createTransport, type RequestOptions, type ReplyFacts } from './transport.ts';

/** All requests use this version, so that every org reads and writes the same. */
export const apiVersion = '62.0';

/** How long a read and a write may take. Both are below the worker's deadline for a batch (30 s). */
const deadlineMs = 12_000;
const writeDeadlineMs = 25_000;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** The path after the version, such as `/query?q=…`. */
  readonly url: string;
  readonly body?: unknown;
}

/** A connection to one org, through jsforce. It loads and contacts nothing before the first request. */
export interface SalesforceConnection {
  /**
   * Sends one request once and returns the parsed body of its answer. It requests a token first when it has none, and
   * once more when the org no longer accepts the token.
   *
   * @throws DestinationUnavailable (also without a readable answer), AdapterMisconfigured, RequestRefused,
   * RequestFailed
   */
  send(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** Requests a token when there is none. */
  authorize(signal: AbortSignal): Promise<void>;
  /** The id of the user that the token belongs to. Undefined before the first token. */
  userId(): string | undefined;
  /** The address of the org, with its pages and its API; undefined before the first token. */
  instanceUrl(): string | undefined;
}

/** A request is sent once, and once more with a new token. */
const exchangesMax = 2;

interface TokenRequests {
  /** How many tokens the request can still ask for. Without a limit, jsforce would ask at every 401 without end. */
  left: number;
  /** The error of the last token request. jsforce keeps only its message. */
  fault: Error | undefined;
}

/** @param onUsage receives the usage of the org's requests that each answer reports */
export function createConnection(
  config: SalesforceConfig,
  clock: Clock,
  onUsage: (usage: { used: number; limit: number }) => void,
): SalesforceConnection {
  let opening: Promise<Connection> | undefined;
  let tokenReply: ReplyFacts | undefined;
  let tokens: TokenRequests = { left: 0, fault: undefined };

  const requestToken = async (connection: Connection): Promise<void> => {
    tokenReply = undefined;
    try {
      await connection.authorize(grantOf(config, clock()));
      if (!isUsable(connection, config))
        throw new LostReply('it issued a token that cannot be used', { isSent: true });
    } catch (error) {
      connection.accessToken = null;
      throw asTokenFailure(error, tokenReply);
    }
  };

  const open = async (): Promise<Connection> => {
    const { Made, parts } = await loadJsforce();
    const connection = new Made({
      version: apiVersion,
      logLevel: 'NONE',
      oauth2: {
        loginUrl: config.SALESFORCE_LOGIN_URL,
        clientId: config.SALESFORCE_CLIENT_ID,
        ...(config.SALESFORCE_CLIENT_SECRET !== undefined && {
          clientSecret: config.SALESFORCE_CLIENT_SECRET,
        }),
      },
      refreshFn(_connection, callback) {
        const isAllowed = tokens.left > 0;
        tokens.left -= 1;
        const asked = isAllowed
          ? requestToken(connection)
          : Promise.reject(requestFailure(sessionRefused, 401));
        asked.then(
          () => void callback(null, connection.accessToken ?? undefined),
          (error: unknown) => {
            tokens.fault = error as Error;
            callback(tokens.fault);
          },
        );
      },
    });
    connection._transport = createTransport(parts, deadlineMs);
    connection.oauth2._transport = createTransport(parts, deadlineMs, {
      onReply: (facts) => (tokenReply = facts),
    });
    return connection;
  };

  const forgetOpening = (error: unknown): never => {
    opening = undefined;
    throw error;
  };

  let opened: Connection | undefined;
  const authorized = async (signal: AbortSignal): Promise<Connection> => {
    opened = await endedBy(signal, (opening ??= open().catch(forgetOpening)));
    if (typeof opened.accessToken !== 'string') await endedBy(signal, requestToken(opened));
    return opened;
  };

  return {
    async send({ method, url, body }, signal) {
      const connection = await authorized(signal);
      const asked: TokenRequests = { left: 1, fault: undefined };
      tokens = asked;
      let reply: ReplyFacts | undefined;
      let exchanges = 0;
      const options: RequestOptions = {
        signal,
        onSend() {
          exchanges += 1;
          if (exchanges <= exchangesMax) return;
          // After the clock was set back, jsforce believes that it has just requested a token.
          connection.accessToken = null;
          throw asked.left > 0 ? tokenExpired() : requestFailure(sessionRefused, 401);
        },
        deadlineMs: method === 'GET' ? deadlineMs : writeDeadlineMs,
        onReply(facts) {
          reply = facts;
          if (facts.usage !== undefined) onUsage(facts.usage);
        },
      };
      const request: HttpRequest = {
        method,
        url,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      };
      try {
        return await endedBy(signal, connection.request(request, options));
      } catch (error) {
        throw asked.fault ?? asRequestFailure(error, reply);
      }
    },
    async authorize(signal) {
      await authorized(signal);
    },
    userId: () => opened?.userInfo?.id,
    instanceUrl: () =>
      typeof opened?.accessToken === 'string' ? opened.instanceUrl.replace(/\/+$/, '') : undefined,
  };
}

/** Loads jsforce, which happens only here. */
async function loadJsforce() {
  const [{ Connection: Made }, { Transport }, { StreamPromise }] = await Promise.all([
    import('jsforce'),
    import('jsforce/lib/transport.js'),
    import('jsforce/lib/util/promise.js'),
  ]);
  return { Made, parts: { Transport, StreamPromise } };
}

function grantOf(config: SalesforceConfig, nowMs: number): { grant_type: string; assertion?: string } {
  const { SALESFORCE_USERNAME: username, SALESFORCE_PRIVATE_KEY: privateKey } = config;
  if (username === undefined || privateKey === undefined) return { grant_type: 'client_credentials' };
  const identity = { clientId: config.SALESFORCE_CLIENT_ID, username, privateKey };
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signAssertion({ ...identity, loginUrl: config.SALESFORCE_LOGIN_URL }, nowMs),
  };
}

/** The token is sent to the address that came with it. That address must use https if the login did. */
function isUsable({ accessToken, instanceUrl }: Connection, config: SalesforceConfig): boolean {
  if (typeof accessToken !== 'string' || accessToken === '' || !URL.canParse(instanceUrl)) return false;
  return new URL(instanceUrl).protocol === new URL(config.SALESFORCE_LOGIN_URL).protocol;
}

const sessionRefused: ApiError = { code: 'INVALID_SESSION_ID', message: '', fields: [], data: undefined };

/** The next request then asks for a token first. */
function tokenExpired(): DestinationUnavailable {
  return new DestinationUnavailable('The org no longer accepts the token.', { retryAfterMs: 1_000 });
}

/** Ends the wait at once when the signal aborts. The transport ends the request itself. */
async function endedBy<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  try {
    return await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new DestinationUnavailable('The wait for Salesforce ended before it answered.', { cause: error });
  }
}
