import type { OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import { shellWord } from '../domain/shown/shell-word.ts';
import { challengeFault } from './pkce.ts';
import { redirectUriFault } from './redirect-uri.ts';

/** A valid authorization request, ready to be shown to a person: RFC 6749 section 4.1.1. */
export interface AuthorizationRequest {
  readonly client: OAuthClientRow;
  /** The address that the person is redirected to afterwards. */
  readonly redirectUri: string;
  /** The redirect URI in the request. Undefined when it had none and the only registered one is used. */
  readonly namedRedirectUri: string | undefined;
  readonly scope: string;
  readonly state: string | undefined;
  readonly codeChallenge: string | undefined;
}

/** A refused request. It is refused by redirect, or on a page of ours when a redirect would not be safe. */
export type AuthorizationRefusal =
  | {
      readonly kind: 'page';
      readonly code: 'invalid_request' | 'unknown_client' | 'redirect_not_registered';
      readonly reason: string;
      /** The redirect URI that is not registered, if it can be registered for the client. */
      readonly asked?: { readonly clientId: string; readonly uri: string };
      /** The command that registers it. */
      readonly command?: string;
    }
  | {
      readonly kind: 'redirect';
      readonly redirectUri: string;
      readonly state: string | undefined;
      readonly error: string;
      readonly reason: string;
    };

/**
 * Reads the query of an authorization request. Empty parameters count as absent, and `state` is optional. The redirect
 * URI must equal a registered one exactly. The request can omit it when only one is registered.
 *
 * @param readClient finds a client that is not revoked
 */
export async function readAuthorizationRequest(
  query: URLSearchParams,
  readClient: (id: string) => Promise<OAuthClientRow | undefined>,
): Promise<AuthorizationRequest | AuthorizationRefusal> {
  const names = [...query.keys()];
  const value = (name: string): string | undefined => query.get(name) || undefined;
  if (names.some((name) => query.getAll(name).length > 1))
    return page('The request has a parameter more than once.');
  const clientId = value('client_id');
  if (clientId === undefined) return page('The request names no client (client_id).');
  const client = await readClient(clientId);
  if (client === undefined)
    return page('The request names an unknown client. Check its client_id.', 'unknown_client');
  const redirectUri = findRedirectUri(client, value('redirect_uri'));
  if ('kind' in redirectUri) return redirectUri;

  const state = value('state');
  const refuse = (error: string, reason: string): AuthorizationRefusal => ({
    kind: 'redirect',
    redirectUri: redirectUri.uri,
    state,
    error,
    reason,
  });
  const responseType = value('response_type');
  if (responseType === undefined) return refuse('invalid_request', 'response_type is missing.');
  if (responseType !== 'code') return refuse('unsupported_response_type', 'response_type must be code.');
  const codeChallenge = value('code_challenge');
  const fault = challengeFault(codeChallenge, value('code_challenge_method'), client.pkceRequired);
  if (fault !== undefined) return refuse('invalid_request', fault);
  return {
    client,
    redirectUri: redirectUri.uri,
    namedRedirectUri: value('redirect_uri'),
    scope: grantedScope(client.scope, value('scope')),
    state,
    codeChallenge,
  };
}

/** True when the request was refused. */
export function isRefusal(
  request: AuthorizationRequest | AuthorizationRefusal,
): request is AuthorizationRefusal {
  return 'kind' in request;
}

/**
 * Decides which scopes are granted. If the client may have all requested scopes, these are granted in the requested
 * order. Otherwise the client's own scopes are granted. RFC 6749 section 3.3 allows this, because the answer names the
 * granted scope.
 */
export function grantedScope(clientScope: string, requested: string | undefined): string {
  // Repeated scopes are granted once. The result is stored, so it must not grow with the request.
  const scopes = [...new Set(requested?.split(' ').filter((scope) => scope !== ''))];
  const allowed = clientScope.split(' ');
  const isAllowed = scopes.length > 0 && scopes.every((scope) => allowed.includes(scope));
  return isAllowed ? scopes.join(' ') : clientScope;
}

/** Adds the parameters of an answer to a redirect URI. The URI's own query is not changed. */
export function redirectWith(
  redirectUri: string,
  answer: Readonly<Record<string, string | undefined>>,
): string {
  const added = new URLSearchParams(
    Object.entries(answer).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { href, search } = new URL(redirectUri);
  return `${href}${search === '' && !href.endsWith('?') ? '?' : '&'}${added.toString()}`;
}

function findRedirectUri(
  client: OAuthClientRow,
  named: string | undefined,
): { uri: string } | AuthorizationRefusal {
  if (named !== undefined)
    return client.redirectUris.includes(named) ? { uri: named } : notRegistered(client, named);
  const [first, ...more] = client.redirectUris;
  if (first === undefined) {
    return {
      kind: 'page',
      code: 'redirect_not_registered',
      reason:
        'No redirect URL is registered for this client. Ask the sender for its redirect URL and register it:',
      command: `npm run client -- redirect ${client.id} --add <url>`,
    };
  }
  return more.length === 0
    ? { uri: first }
    : page('The request names no redirect_uri, and several are registered for this client.');
}

// A longer address is cut on the page and in the log, so that it could not be registered from there.
const askedLengthMax = 1_000;

function notRegistered({ id: clientId }: OAuthClientRow, uri: string): AuthorizationRefusal {
  const code = 'redirect_not_registered';
  const fault = uri.length > askedLengthMax ? 'is too long' : redirectUriFault(uri);
  if (fault !== undefined)
    return {
      ...page(`The redirect_uri of the request cannot be registered, because it ${fault}.`),
      code,
    };
  return {
    ...{ kind: 'page', code, asked: { clientId, uri } },
    reason:
      'The redirect_uri of the request is not registered for this client. If it belongs to the sender, register it:',
    command: `npm run client -- redirect ${clientId} --add ${shellWord(uri)}`,
  };
}

type PageRefusal = Extract<AuthorizationRefusal, { kind: 'page' }>;

function page(reason: string, code: PageRefusal['code'] = 'invalid_request'): PageRefusal {
  return { kind: 'page', code, reason };
}
