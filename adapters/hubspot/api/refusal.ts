import { z } from '#contract';
import { LostReply, withoutNumbers } from '#crm';

/** An error from HubSpot. The message holds no whole number, because log lines show it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly details: ErrorDetails;
  /** From `Retry-After`. Milliseconds. */
  readonly retryAfterMs: number | undefined;

  /** @param body the answer's body, parsed if it is JSON */
  constructor(status: number, body: unknown, retryAfterMs: number | undefined) {
    const details = readErrorDetails(body);
    super(
      withoutNumbers(`HubSpot answered ${status}${details.message === '' ? '' : `: ${details.message}`}`),
    );
    this.status = status;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}

/** HubSpot's explanation of a refused request or of a refused row. */
export interface ErrorDetails {
  readonly message: string;
  readonly category: string;
  /** The limit that was reached. */
  readonly policyName: string;
  /** The rows that the error concerns, by trace id or id. */
  readonly about: readonly string[];
  /** The whole error as text, for a search of words. */
  readonly text: string;
  /** Each fault that the error lists, or the whole error when it lists none. */
  readonly faults: readonly string[];
}

const shape = z.object({
  message: z.string().catch(''),
  category: z.string().catch(''),
  errorType: z.string().catch(''),
  policyName: z.string().catch(''),
  context: z.record(z.string(), z.unknown()).catch({}),
  errors: z.array(z.unknown()).catch([]),
});

/** Reads an error in any of HubSpot's formats. */
export function readErrorDetails(body: unknown): ErrorDetails {
  const { success, data } = shape.safeParse(body);
  if (!success) return { message: '', category: '', policyName: '', about: [], text: '', faults: [] };
  const { context, errors } = data;
  const text = JSON.stringify(body);
  return {
    message: data.message,
    category: data.category === '' ? data.errorType : data.category,
    policyName: data.policyName,
    about: ['objectWriteTraceId', 'ids', 'id', 'fromObjectId'].flatMap((name) => textsOf(context[name])),
    text,
    faults: errors.length === 0 ? [text] : errors.map((fault) => JSON.stringify(fault)),
  };
}

function textsOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === 'string');
}

/** True when another record already has a value that must be unique. */
export function isConflict({ text, category }: ErrorDetails, status?: number): boolean {
  return (
    status === 409 || category === 'CONFLICT' || /CONFLICTING_UNIQUE_VALUE|already has that value/i.test(text)
  );
}

/** True when a record that the request names does not exist: it was deleted or never made. */
export function isMissing({ text, category }: ErrorDetails): boolean {
  return /NOT_FOUND/.test(category) || /_NOT_FOUND|INVALID_OBJECT_IDS/.test(text);
}

/** True when the key property is missing, not unique or read only. */
export function isKeyFault({ faults }: ErrorDetails, key: string): boolean {
  return faults.some(
    (fault) =>
      fault.includes(key) &&
      /PROPERTY_DOESNT_EXIST|does not exist|non-unique|READ_ONLY|read[- ]only/i.test(fault),
  );
}

/**
 * True when the token's creator lacks permissions or was deactivated. HubSpot reports that with any status and
 * category.
 */
export function isCreatorWithoutRights({ text }: ErrorDetails): boolean {
  return text.includes('USER_DOES_NOT_HAVE_PERMISSIONS');
}

/** The cause of a row's error: the row itself, a temporary problem, or a missing permission. */
export type RowFault = 'the row' | 'for now' | 'forbidden';

/** Decides the cause of a row's error. HubSpot or the token can be the cause instead of the row. */
export function rowFaultOf(error: ErrorDetails): RowFault {
  const { category } = error;
  if (isCreatorWithoutRights(error)) return 'forbidden';
  if (/SCOPE|FORBIDDEN|PERMISSION|UNAUTHORI[SZ]ED|AUTHENTICATION/.test(category)) return 'forbidden';
  return /INTERNAL|SERVER|RATE_LIMIT|LOCK|TIMEOUT|UNAVAILABLE|MIGRATION/.test(category)
    ? 'for now'
    : 'the row';
}

/**
 * Finds which of these properties an error names. A property in quotes counts first. If none is in quotes, every
 * property that the text mentions counts, unless its name is a common word.
 */
export function namedProperties({ text }: ErrorDetails, names: readonly string[]): string[] {
  // A word before a colon is a member name of the error's JSON, or of JSON that its message quotes.
  const quoted = names.filter((name) => new RegExp(`\\\\?["']${name}\\\\?["'](?!\\s*:)`).test(text));
  if (quoted.length > 0) return quoted;
  return names.filter((name) => name.includes('_') && new RegExp(`(?<![\\w])${name}(?![\\w])`).test(text));
}

/** True when a write may have happened although it ended in this error. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof LostReply) return error.isSent;
  return error instanceof Refusal && error.status >= 500;
}

/** True when a batch was refused for its contents or its size, and nothing was written. */
export function isBatchRefused(error: unknown): error is Refusal {
  return error instanceof Refusal && [400, 404, 409, 413, 414].includes(error.status);
}
