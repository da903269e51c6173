import { AdapterMisconfigured, DestinationUnavailable } from '#contract';

/** An error of Salesforce, about a request or a record. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
  /** The whole error. Some errors have further members. */
  readonly data: unknown;
}

/** Salesforce understood the request and refuses its content. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly error: ApiError;

  constructor(error: ApiError) {
    super(`Salesforce refused a request (${error.code}).`);
    this.error = error;
  }
}

/** Salesforce itself failed, perhaps because of a record in the request. The calls count as tried. */
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
/** Errors of a record that may not occur at the next attempt. */
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
 * Decides what an error about a request means: the destination pauses, a person must correct something, the content of
 * the request is refused ({@link RequestRefused}), or Salesforce itself failed ({@link RequestFailed}).
 *
 * @param status the answer's status; undefined when no answer came
 */
export function requestFailure(error: ApiError, status?: number, retryAfterMs?: number): Error {
  const { code, message } = error;
  const cause = `${code}${status === undefined ? '' : `, ${status}`}`;
  if (code === 'REQUEST_LIMIT_EXCEEDED') {
    const isDaily = !/concurrent/i.test(message);
    return new DestinationUnavailable(
      isDaily
        ? 'The org has used up its API requests for 24 hours.'
        : 'The org runs too many long requests at once.',
      { retryAfterMs: retryAfterMs ?? (isDaily ? quarterHourMs : concurrentMs) },
    );
  }
  const stop = stopFor(code, cause);
  if (stop !== undefined) return stop;
  if (contentCodes.has(code)) return new RequestRefused(error);
  if (transientCodes.has(code) || (status !== undefined && transientStatuses.has(status)))
    return new DestinationUnavailable(`Salesforce cannot take requests now (${cause}).`, { retryAfterMs });
  if (status !== undefined && status >= 500) return new RequestFailed(`Salesforce failed (${cause}).`);
  if (status === 410 || code === 'UNSUPPORTED_API_VERSION') {
    return new AdapterMisconfigured(
      `The org no longer supports this version of the API (${cause}).`,
      'Install a newer version of the receiver.',
    );
  }
  if (status === 401 || status === 403 || status === 404) {
    return new AdapterMisconfigured(
      `The org refuses the integration user (${cause}).`,
      'Give the user of the app API Enabled, Edit Tasks, and read access to contacts, leads and accounts (adapters/salesforce/README.md), then: npm run doctor',
    );
  }
  return new RequestRefused(error);
}

/** The fault that makes every other request fail too. Undefined: the error is not of that kind. */
export function stopFor(code: string, cause = code): AdapterMisconfigured | undefined {
  switch (code) {
    case 'INVALID_SESSION_ID':
    case 'INVALID_AUTH_HEADER':
      return new AdapterMisconfigured(
        `The org refuses the token that it has just issued (${cause}).`,
        "Check the app's IP restrictions and session settings, and that its user can use the API.",
      );
    case 'API_DISABLED_FOR_ORG':
    case 'API_CURRENTLY_DISABLED':
      return new AdapterMisconfigured(
        `The API is switched off for this org or user (${cause}).`,
        'Enable the API for the org (Enterprise Edition or higher, or the API add-on) and "API Enabled" for the user.',
      );
    case 'STORAGE_LIMIT_EXCEEDED':
      return new AdapterMisconfigured(
        `The org's data storage is full (${cause}).`,
        'Free storage in the org, or buy more (Setup, Storage Usage). The calls wait until then.',
      );
    default:
      return undefined;
  }
}

/** Decides what a refused token request means. @param code the OAuth error */
export function tokenFailure(code: string, status: number | undefined, retryAfterMs?: number): Error {
  if (status === undefined || status >= 500 || transientStatuses.has(status))
    return new DestinationUnavailable(`Salesforce issues no token now (${code}).`, { retryAfterMs });
  const remedies: Readonly<Record<string, string>> = {
    invalid_client:
      'Compare SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET with the app (Consumer Key and Secret).',
    invalid_client_id:
      "Compare SALESFORCE_CLIENT_ID with the app's Consumer Key. A new app works only after about 10 minutes.",
    invalid_grant:
      'Enable the flow in the app. For client credentials, name a user under "Run As". For a private key, upload the certificate to the app and pre-authorize the user.',
    inactive_user: 'Activate the user that the app runs as, or name another user.',
    inactive_org: 'The org is closed or locked. Ask its owner.',
    unsupported_grant_type: 'Enable the Client Credentials Flow (or JWT Bearer Flow) in the app.',
  };
  return new AdapterMisconfigured(
    `Salesforce refuses to issue a token (${code}).`,
    remedies[code] ??
      'Compare SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET with the app in Setup.',
  );
}
