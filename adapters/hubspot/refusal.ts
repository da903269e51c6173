import { z } from '#contract';

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

/** No answer that could be read. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** False when nothing can have reached HubSpot. True: a write may have been done, or not. */
  readonly isSent: boolean;

  /** @param reason reads on from "HubSpot": "did not answer in time" */
  constructor(reason: string, isSent: boolean, options: { cause?: unknown } = {}) {
    super(`HubSpot ${reason}.`, options);
    this.isSent = isSent;
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
}

const shape = z.object({
  message: z.string().catch(''),
  category: z.string().catch(''),
  errorType: z.string().catch(''),
  policyName: z.string().catch(''),
  context: z.record(z.string(), z.unknown()).catch({}),
});

/** Reads an error in any of the forms that HubSpot gives it. */
export function readErrorDetails(body: unknown): ErrorDetails {
  const { success, data } = shape.safeParse(body);
  if (!success) return { message: '', category: '', policyName: '', about: [], text: '' };
  const { context } = data;
  return {
    message: data.message,
    category: data.category === '' ? data.errorType : data.category,
    policyName: data.policyName,
    about: ['objectWriteTraceId', 'ids', 'id', 'fromObjectId'].flatMap((name) => textsOf(context[name])),
    text: JSON.stringify(body),
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

/** The property that holds the key is not there, or not unique. */
export function isKeyFault({ text }: ErrorDetails, key: string): boolean {
  return text.includes(key) && /PROPERTY_DOESNT_EXIST|does not exist|non-unique/i.test(text);
}

/** Which of these properties an error speaks of. */
export function namedProperties({ text }: ErrorDetails, names: readonly string[]): string[] {
  return names.filter((name) => new RegExp(`(?<![\\w])${name}(?![\\w])`).test(text));
}

/** True when a write that ended so may have been done all the same. */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof NoAnswer) return error.isSent;
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
