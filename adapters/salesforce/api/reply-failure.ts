import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import { LostReply } from '#crm';
import { requestFailure, tokenFailure } from './failure.ts';
import type { ReplyFacts } from './transport.ts';

/** Decides what an error of a token request means. */
export function asTokenFailure(error: unknown, reply: ReplyFacts | undefined): Error {
  if (error instanceof AdapterMisconfigured || error instanceof DestinationUnavailable) return error;
  if (error instanceof LostReply)
    return new DestinationUnavailable(
      `Salesforce issues no token: ${error.message}. Check that SALESFORCE_LOGIN_URL is the org's My Domain.`,
      { cause: error },
    );
  // jsforce throws when the answer has no identity.
  if (reply === undefined || reply.status < 400)
    return new DestinationUnavailable(
      "Salesforce's answer to a token request cannot be read. Check that SALESFORCE_LOGIN_URL is the org's My Domain.",
    );
  return tokenFailure((error as Error).name, reply.status, reply.retryAfterMs);
}

/** Decides what an error of jsforce means. @param reply the facts about the answer, if one came */
export function asRequestFailure(error: unknown, reply: ReplyFacts | undefined): Error {
  if (error instanceof AdapterMisconfigured || error instanceof DestinationUnavailable) return error;
  if (error instanceof LostReply)
    return new DestinationUnavailable(`Salesforce's answer did not come: ${error.message}.`, {
      cause: error,
    });
  const { errorCode, message, data } = error as { errorCode?: string; message?: string; data?: unknown };
  if (errorCode === undefined) return error instanceof Error ? error : new Error('jsforce failed');
  const [first] = (Array.isArray(data) ? data : [data]) as unknown[];
  const {
    errorCode: code = errorCode,
    message: text = message,
    fields,
  } = (first ?? {}) as Record<string, unknown>;
  return requestFailure(
    {
      code: String(code),
      message: typeof text === 'string' ? text : '',
      fields: Array.isArray(fields) ? fields.map(String) : [],
      data: first,
    },
    reply?.status,
    reply?.retryAfterMs,
  );
}
