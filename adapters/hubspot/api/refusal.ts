import { z } from '#contract';
import { LostReply } from '#crm';

/** HubSpot answered with an error. The message holds no whole number: it may go into a log line. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly details: ErrorDetails;
  /** As `Retry-After` says it. Milliseconds. */
  readonly retryAfterMs: number | undefined;

  /** @param body what the answer held, parsed where it is JSON */
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

/** What HubSpot says of a request, or of one row of a batch, that it refuses. */
export interface ErrorDetails {
  readonly message: string;
  readonly category: string;
  /** Which limit was reached. */
  readonly policyName: string;
  /** The rows that it is about, by trace id or id. */
  readonly about: readonly string[];
  /** All of it, to look for words in. */
  readonly text: string;
  /** Each single fault that it names, or all of it where it names none apart. */
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

/** Reads an error in any of the forms that HubSpot gives it. */
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

/** A second record with a key that must be unique: the first one is there already. */
export function isConflict({ text, category }: ErrorDetails, status?: number): boolean {
  return (
    status === 409 || category === 'CONFLICT' || /CONFLICTING_UNIQUE_VALUE|already has that value/i.test(text)
  );
}

/** A record that a request or row names is not there: deleted, or never made. */
export function isMissing({ text, category }: ErrorDetails): boolean {
  return /NOT_FOUND/.test(category) || /_NOT_FOUND|INVALID_OBJECT_IDS/.test(text);
}

/** The property that holds the key is not there, not unique, or not to be written. */
export function isKeyFault({ faults }: ErrorDetails, key: string): boolean {
  return faults.some(
    (fault) =>
      fault.includes(key) &&
      /PROPERTY_DOESNT_EXIST|does not exist|non-unique|READ_ONLY|read[- ]only/i.test(fault),
  );
}

/** The user who made the token lacks permissions, or has left: HubSpot says so under any status and category. */
export function isCreatorPowerless({ text }: ErrorDetails): boolean {
  return text.includes('USER_DOES_NOT_HAVE_PERMISSIONS');
}

/** What an error means for the row that it is about. */
export type RowFault = 'the row' | 'for now' | 'forbidden';

/** An error of a row may be about HubSpot, or the token, and not about the row. */
export function rowFaultOf(error: ErrorDetails): RowFault {
  const { category } = error;
  if (isCreatorPowerless(error)) return 'forbidden';
  if (/SCOPE|FORBIDDEN|PERMISSION|UNAUTHORI[SZ]ED|AUTHENTICATION/.test(category)) return 'forbidden';
  return /INTERNAL|SERVER|RATE_LIMIT|LOCK|TIMEOUT|UNAVAILABLE|MIGRATION/.test(category)
    ? 'for now'
    : 'the row';
}

/**
 * Which of these properties an error speaks of: those that it quotes. Where it quotes none, those that it mentions and
 * that are no common words.
 */
export function namedProperties({ text }: ErrorDetails, names: readonly string[]): string[] {
  // A word that a colon follows is a member of the error itself, in its own JSON or in what the message quotes.
  const quoted = names.filter((name) => new RegExp(`\\\\?["']${name}\\\\?["'](?!\\s*:)`).test(text));
  if (quoted.length > 0) return quoted;
  return names.filter((name) => name.includes('_') && new RegExp(`(?<![\\w])${name}(?![\\w])`).test(text));
}

/** True when a write that ended so may have been done all the same. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof LostReply) return error.isSent;
  return error instanceof Refusal && error.status >= 500;
}

/** True when a batch was refused for what is in it, or for its size: nothing of it was written. */
export function isBatchRefused(error: unknown): error is Refusal {
  return error instanceof Refusal && [400, 404, 409, 413, 414].includes(error.status);
}

/** A sentence of HubSpot's without the numbers that it quotes, and not too long. */
export function withoutNumbers(text: string): string {
  return text.replace(/\+?\d[\d\s().-]{3,}\d/g, '…').slice(0, 300);
}
