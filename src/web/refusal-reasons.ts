/** Why a request was refused, as the end of a sentence that begins with "because", and what the operator can do. */
export interface RefusalReason {
  readonly because: string;
  readonly remedy: string;
}

const jetsForm = "Compare Jet's form with docs/connect-jet.md.";
const quarantine = 'See the body and read it again: npm run replay -- quarantine --dry-run';
const oversized = 'Ask the sender for smaller bodies. docs/http-api.md gives the limits.';
const store = 'Look at /readyz and npm run doctor. The sender can send it again.';

const reasons: Readonly<Record<string, RefusalReason>> = {
  not_authenticated: {
    because: 'the credentials were missing or not valid',
    remedy: `Correct the token or the header of the sender. ${jetsForm}`,
  },
  not_allowed: {
    because: 'the credentials did not allow it',
    remedy: 'Give the client the scope webhooks, or load the form again.',
  },
  too_many_failures: {
    because: 'too many wrong credentials had come from that address',
    remedy:
      'Correct the credentials of the sender. Behind a proxy, set TRUST_PROXY, or all senders share one address.',
  },
  not_found: {
    because: 'there is nothing at that address',
    remedy: `Correct the address in the sender's form. ${jetsForm}`,
  },
  method_not_allowed: { because: 'the method was not POST', remedy: 'Set the method POST in the sender.' },
  body_too_large: { because: 'the body was larger than 256 KiB', remedy: oversized },
  too_deep: { because: 'the body was nested too deeply', remedy: oversized },
  too_many_keys: { because: 'the body had too many keys', remedy: oversized },
  too_many_calls: { because: 'the list held too many calls', remedy: oversized },
  empty_body: {
    because: 'the body was empty',
    remedy: `Make the sender send the call as its body. ${jetsForm}`,
  },
  malformed_json: {
    because: 'the body was not JSON',
    remedy: 'See whether it can be repaired: npm run replay -- quarantine --repair',
  },
  malformed_encoding: { because: 'the body was not encoded as its label said', remedy: quarantine },
  forbidden_key: { because: 'the body had a key that is not allowed', remedy: quarantine },
  bad_request: { because: 'the request could not be read', remedy: 'Find the request in the log by its id.' },
  unsupported_content_type: {
    because: 'the content type was not supported',
    remedy: `Set the content type application/json in the sender. ${quarantine}`,
  },
  unsupported_content_encoding: {
    because: 'the content encoding was not supported',
    remedy: `The sender can use gzip, deflate, br or none. ${quarantine}`,
  },
  not_an_object: { because: 'the body was not a JSON object', remedy: quarantine },
  not_a_call: { because: 'the body did not identify a call', remedy: quarantine },
  not_storable: { because: 'the database refused the push', remedy: quarantine },
  internal: {
    because: 'the server failed',
    remedy: 'Find the error in the log by the request id, and report it.',
  },
  store_unavailable: { because: 'the store did not answer', remedy: store },
  too_many_connections: {
    because: 'all connections were in use',
    remedy:
      'Raise the limit of open files (LimitNOFILE=), or find the clients that open too many connections.',
  },
  quarantine_full: {
    because: 'the quarantine was full',
    remedy: 'Read the quarantine again (npm run replay -- quarantine), or raise QUARANTINE_MB.',
  },
  invalid_client: {
    because: 'the client id or the client secret was wrong',
    remedy: `To see the clients: npm run client -- list. To make a new secret: npm run client -- rotate. ${jetsForm}`,
  },
  invalid_grant: {
    because: 'the code or the refresh token was not valid any more',
    remedy: 'Approve the client again from the sender, or make a token: npm run client -- refresh-token',
  },
  invalid_request: { because: 'the OAuth request was incomplete or malformed', remedy: jetsForm },
  unauthorized_client: { because: 'the client may not use that grant', remedy: jetsForm },
  unsupported_grant_type: { because: 'the grant type was not supported', remedy: jetsForm },
  unsupported_response_type: { because: 'the response type was not code', remedy: jetsForm },
  invalid_scope: { because: 'the scope was not valid', remedy: 'The scope is webhooks.' },
  unknown_client: {
    because: 'the request named an unknown client',
    remedy: 'To see the clients: npm run client -- list',
  },
  redirect_not_registered: {
    because: 'its redirect URI is not registered',
    remedy: 'If it belongs to the sender, register it on the page "Clients", or with the command in the log.',
  },
  slow_down: {
    because: 'too many wrong client secrets had come from that address',
    remedy: 'Correct the client secret in the sender, and wait.',
  },
  temporarily_unavailable: { because: 'the store did not answer', remedy: store },
};

const unknown: RefusalReason = {
  because: 'it was not accepted',
  remedy: 'Find the request in the log by its id.',
};

/** The reason for a code of a problem or of an OAuth error. */
export function refusalReason(code: string): RefusalReason {
  return Object.hasOwn(reasons, code) ? (reasons[code] ?? unknown) : unknown;
}

/** Every code that has a reason. */
export const reasonedCodes: readonly string[] = Object.keys(reasons);
