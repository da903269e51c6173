import type { Connection, HttpRequest } from 'jsforce';
import { DestinationUnavailable, untilAborted, type Clock } from '#contract';
import { LostReply } from '#crm';
import { signAssertion } from './assertion.ts';
import type { SalesforceConfig } from '../config.ts';
import { requestFailure, type ApiError } from './failure.ts';
import { asRequestFailure, asTokenFailure } from './reply-failure.ts';
import { createTransport, type Carried, type ReplyFacts } from './transport.ts';

/** One version for all that is asked, so that what is read and written is the same in every org. */
export const apiVersion = '62.0';

/** The longest that a request may take which reads, and one which writes; under what the worker gives a batch (30 s). */
const deadlineMs = 12_000;
const writeDeadlineMs = 25_000;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Below the version, such as `/query?q=…`. */
  readonly url: string;
  readonly body?: unknown;
}

/** A way to one org, through jsforce. Nothing is loaded or reached before the first request. */
export interface SalesforceConnection {
  /**
   * Sends one request, once, and answers its parsed body. Asks for a token first where there is none, and once more
   * when the org takes it no longer.
   *
   * @throws DestinationUnavailable (also when no answer came, or none that can be read), AdapterMisconfigured,
   * RequestRefused, RequestFailed
   */
  send(request: ApiRequest, signal: AbortSignal): Promise<unknown>;
  /** Gets a token where there is none. */
  authorize(signal: AbortSignal): Promise<void>;
  /** The id of the user that the token belongs to; undefined before the first token. */
  userId(): string | undefined;
  /** The address of the org, with its pages and its API; undefined before the first token. */
  instanceUrl(): string | undefined;
}

/** A request, and once more with a new token. */
const exchangesMax = 2;

interface TokensOfRequest {
  /** How many it may still ask for: jsforce would ask at each 401, for ever. */
  left: number;
  /** Why the last one was refused: jsforce keeps the message only. */
  fault: Error | undefined;
}

/** @param onUsage told how many of the org's requests are used, with each answer */
export function createConnection(
  config: SalesforceConfig,
  clock: Clock,
  onUsage: (usage: { used: number; limit: number }) => void,
): SalesforceConnection {
  let opening: Promise<Connection> | undefined;
  let tokenReply: ReplyFacts | undefined;
  let tokens: TokensOfRequest = { left: 0, fault: undefined };

  const askToken = async (connection: Connection): Promise<void> => {
    tokenReply = undefined;
    try {
      await connection.authorize(grantOf(config, clock()));
      if (!isUsable(connection, config))
        throw new LostReply('it gave a token that cannot be used', { isSent: true });
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
        const asked = isAllowed ? askToken(connection) : Promise.reject(requestFailure(sessionRefused, 401));
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
    opened = await leavingWith(signal, (opening ??= open().catch(forgetOpening)));
    if (typeof opened.accessToken !== 'string') await leavingWith(signal, askToken(opened));
    return opened;
  };

  return {
    async send({ method, url, body }, signal) {
      const connection = await authorized(signal);
      const asked: TokensOfRequest = { left: 1, fault: undefined };
      tokens = asked;
      let reply: ReplyFacts | undefined;
      let exchanges = 0;
      const carried: Carried = {
        signal,
        onSend() {
          exchanges += 1;
          if (exchanges <= exchangesMax) return;
          // While the clock is behind what it was, jsforce believes that it has just asked for a token.
          connection.accessToken = null;
          throw asked.left > 0 ? tokenOver() : requestFailure(sessionRefused, 401);
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
        return await leavingWith(signal, connection.request(request, carried));
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

/** The one place that loads jsforce. */
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
  const who = { clientId: config.SALESFORCE_CLIENT_ID, username, privateKey };
  return {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signAssertion({ ...who, loginUrl: config.SALESFORCE_LOGIN_URL }, nowMs),
  };
}

/** The token goes to the address that came with it: never in the clear where the login was not. */
function isUsable({ accessToken, instanceUrl }: Connection, config: SalesforceConfig): boolean {
  if (typeof accessToken !== 'string' || accessToken === '' || !URL.canParse(instanceUrl)) return false;
  return new URL(instanceUrl).protocol === new URL(config.SALESFORCE_LOGIN_URL).protocol;
}

const sessionRefused: ApiError = { code: 'INVALID_SESSION_ID', message: '', fields: [], data: undefined };

/** The next request asks for a token first. */
function tokenOver(): DestinationUnavailable {
  return new DestinationUnavailable('The org takes the token no longer.', { retryAfterMs: 1_000 });
}

/** An abort ends the wait at once; what was sent is cut off by the transport. */
async function leavingWith<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  try {
    return await untilAborted(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new DestinationUnavailable('Salesforce was not waited for any longer.', { cause: error });
  }
}
