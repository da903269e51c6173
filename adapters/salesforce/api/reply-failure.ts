import { AdapterMisconfigured, DestinationUnavailable } from '#contract';
import { LostReply } from '#crm';
import { requestFailure, tokenFailure } from './failure.ts';
import type { ReplyFacts } from './transport.ts';

/** What it means that a request for a token threw. */
export function asTokenFailure(error: unknown, reply: ReplyFacts | undefined): Error {
  if (error instanceof AdapterMisconfigured || error instanceof DestinationUnavailable) return error;
  if (error instanceof LostReply)
    return new DestinationUnavailable(
      `Salesforce gives no token: ${error.message}. Is SALESFORCE_LOGIN_URL the org's My Domain?`,
      { cause: error },
    );
  // Without an identity in it, jsforce stumbles over the answer.
  if (reply === undefined || reply.status < 400)
    return new DestinationUnavailable(
      "Salesforce's answer to a token request cannot be read. Is SALESFORCE_LOGIN_URL the org's My Domain?",
    );
  return tokenFailure((error as Error).name, reply.status, reply.retryAfterMs);
}

/** What it means that a request of jsforce threw. @param reply what is known of the answer, where one came */
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
