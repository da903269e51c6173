import { AdapterMisconfigured, DestinationUnavailable } from '#contract';

/** One error as Salesforce tells it, of a request or of a record. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
  /** The whole of it, for what only some errors carry. */
  readonly data: unknown;
}

/** Salesforce understood the request and refuses what is in it. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(`Salesforce refused a request (${error.code}).`);
    this.error = error;
  }
}

/** An error of its own that may come from the records of a request: they are to be counted as tried. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
}

const quarterHourMs = 15 * 60_000;
const concurrentMs = 5_000;

const transientCodes: ReadonlySet<string> = new Set([
  'SERVER_UNAVAILABLE',
  'QUERY_TIMEOUT',
  'UNABLE_TO_LOCK_ROW',
  'PROCESSING_HALTED',
  'REQUEST_RUNNING_TOO_LONG',
]);
/** Errors of a record that may be gone at the next try. */
export const recordLaterCodes: ReadonlySet<string> = new Set([
  ...transientCodes,
  'UNKNOWN_EXCEPTION',
  'REQUEST_LIMIT_EXCEEDED',
]);
const transientStatuses: ReadonlySet<number> = new Set([408, 420, 429, 502, 503, 504]);
const contentCodes: ReadonlySet<string> = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_TYPE',
  'JSON_PARSER_ERROR',
  'MALFORMED_QUERY',
  'MALFORMED_SEARCH',
  'INVALID_SEARCH',
  'INVALID_QUERY_FILTER_OPERATOR',
]);

/**
 * What a refused request means: the destination waits, a person must act, its content is at fault
 * ({@link RequestRefused}), or Salesforce failed over it ({@link RequestFailed}).
 *
 * @param status undefined when no answer came
 */
export function requestFailure(error: ApiError, status?: number, retryAfterMs?: number): Error {
  const { code, message } = error;
  const told = `${code}${status === undefined ? '' : `, ${status}`}`;
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    const total = !/concurrent/i.test(message);
    return new DestinationUnavailable(
      total
        ? 'The org has used up its API requests of 24 hours.'
        : 'The org runs too many long requests at once.',
      { retryAfterMs: retryAfterMs ?? (total ? quarterHourMs : concurrentMs) },
    );
  }
  const stop = stopFor(code, told);
  if (stop !== undefined) return stop;
  if (contentCodes.has(code)) return new RequestRefused(error);
  if (transientCodes.has(code) || (status !== undefined && transientStatuses.has(status)))
    return new DestinationUnavailable(`Salesforce cannot take requests now (${told}).`, { retryAfterMs });
  if (status !== undefined && status >= 500) return new RequestFailed(`Salesforce failed (${told}).`);
  if (status === 410 || code === 'UNSUPPORTED_API_VERSION') {
    return new AdapterMisconfigured(
      `The org does not speak this version of the API any more (${told}).`,
      'Install a newer version of this program.',
    );
  }
  if (status === 401 || status === 403 || status === 404) {
    return new AdapterMisconfigured(
      `The org refuses the integration user (${told}).`,
      'Give the user of the app API Enabled, Edit Tasks, and read access to contacts, leads and accounts (adapters/salesforce/README.md), then: npm run doctor',
    );
  }
  return new RequestRefused(error);
}

/** Errors of a request or a record after which nothing else will work either. */
export function stopFor(code: string, told = code): AdapterMisconfigured | undefined {
  switch (code) {
    case 'INVALID_SESSION_ID':
    case 'INVALID_AUTH_HEADER':
      return new AdapterMisconfigured(
        `The org refuses the token that it has just given (${told}).`,
        "Look at the app's IP restrictions and session settings, and whether its user may use the API.",
      );
    case 'API_DISABLED_FOR_ORG':
    case 'API_CURRENTLY_DISABLED':
      return new AdapterMisconfigured(
        `The API is switched off for this org or user (${told}).`,
        'Enable the API for the org (Enterprise Edition or higher, or the API add-on) and "API Enabled" for the user.',
      );
    case 'STORAGE_LIMIT_EXCEEDED':
      return new AdapterMisconfigured(
        `The org's data storage is full (${told}).`,
        'Free storage in the org, or buy more: Setup, Storage Usage. The calls wait.',
      );
    default:
      return undefined;
  }
}

/** What a refused token request means. `code` is OAuth's word. */
export function tokenFailure(code: string, status: number | undefined, retryAfterMs?: number): Error {
  if (status === undefined || status >= 500 || transientStatuses.has(status))
    return new DestinationUnavailable(`Salesforce gives no token now (${code}).`, { retryAfterMs });
  const remedies: Readonly<Record<string, string>> = {
    invalid_client:
      'Compare SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET with the app (Consumer Key and Secret).',
    invalid_client_id:
      "Compare SALESFORCE_CLIENT_ID with the app's Consumer Key; a new app takes 10 minutes.",
    invalid_grant:
      'Enable the flow in the app and give it a user: "Run As" for client credentials; for a private key, the certificate in the app and the user pre-authorized.',
    inactive_user: 'Activate the user that the app runs as, or name another one.',
    inactive_org: 'The org is closed or locked: ask its owner.',
    unsupported_grant_type: 'Enable the Client Credentials Flow (or JWT Bearer Flow) in the app.',
  };
  return new AdapterMisconfigured(
    `Salesforce refuses to give a token (${code}).`,
    remedies[code] ??
      'Check SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET against the app in Setup.',
  );
}
