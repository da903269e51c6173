import type { JsonValue } from '../../../../src/domain/jet-fields.ts';
import type { RequestKind } from './fault.ts';

/** A request to the data API, after its version. */
export interface ApiRequest {
  readonly kind: RequestKind;
  readonly method: string;
  /** `/services/data/v62.0` */
  readonly root: string;
  /** The parts of the path after the root, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** How many of the records or subrequests are written. */
  readonly writesOnly: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
}

/** An error of one record of a write. */
export interface SaveError {
  readonly statusCode: string;
  readonly message: string;
  readonly fields: string[];
  /** Only with DUPLICATES_DETECTED. */
  readonly duplicateResult?: JsonValue;
}

/** The whole request is refused. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}

export function saveError(statusCode: string, message: string, ...fields: string[]): SaveError {
  return { statusCode, message, fields };
}

/** The answer to a refused request. */
export function refusalAnswer(status: number, errorCode: string, message: string): ApiAnswer {
  return { status, body: [{ message, errorCode }] };
}
