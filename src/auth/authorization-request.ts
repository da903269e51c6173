import type { OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import { challengeFault } from './pkce.ts';

/** An authorization request that may be put before a person: RFC 6749 section 4.1.1. */
export interface AuthorizationRequest {
  readonly client: OAuthClientRow;
  /** Where the person is sent back to. */
  readonly redirectUri: string;
  /** As the request named it; undefined when the only registered one stands in. */
  readonly namedRedirectUri: string | undefined;
  readonly scope: string;
  readonly state: string | undefined;
  readonly codeChallenge: string | undefined;
}

/** A request that is refused: on a page of ours when it is not safe to send the person back, or by redirect. */
export type AuthorizationRefusal =
  | { readonly kind: 'page'; readonly reason: string; readonly command?: string }
  | {
      readonly kind: 'redirect';
      readonly redirectUri: string;
      readonly state: string | undefined;
      readonly error: string;
      readonly reason: string;
    };

/**
 * Reads the query of an authorization request. Empty parameters count as absent; `state` is optional; a redirect
 * URI is compared as a string with those registered, and may be left out when there is one.
 *
 * @param readClient answers a client that was not revoked
 */
export async function readAuthorizationRequest(
  query: URLSearchParams,
  readClient: (id: string) => Promise<OAuthClientRow | undefined>,
): Promise<AuthorizationRequest | AuthorizationRefusal> {
  const names = [...query.keys()];
  const value = (name: string): string | undefined => query.get(name) || undefined;
  if (names.some((name) => query.getAll(name).length > 1))
    return page('The request names a parameter twice.');
  const clientId = value('client_id');
  if (clientId === undefined) return page('The request names no client (client_id).');
  const client = await readClient(clientId);
  if (client === undefined) return page('The request names a client that is not known here.');
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

/** True for a request that was refused. */
export function isRefusal(
  request: AuthorizationRequest | AuthorizationRefusal,
): request is AuthorizationRefusal {
  return 'kind' in request;
}

/**
 * What was asked for, in the order asked, when the client may have it all. Otherwise the client's own scopes:
 * RFC 6749 section 3.3 lets a server ignore what it does not know, and the answer always names the scope.
 */
export function grantedScope(own: string, asked: string | undefined): string {
  // One named twice is granted once: what was asked for is stored, and may not grow with the request.
  const scopes = [...new Set(asked?.split(' ').filter((scope) => scope !== ''))];
  const allowed = own.split(' ');
  return scopes.length > 0 && scopes.every((scope) => allowed.includes(scope)) ? scopes.join(' ') : own;
}

/** The address to send a person to, with an answer added to its query, which stays as it was registered. */
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
  const [first, ...more] = client.redirectUris;
  if (first === undefined) {
    return page(
      'No redirect URL is registered for this client. Ask the sender which one it uses, and register that:',
      `npm run client -- redirect ${client.id} --add <url>`,
    );
  }
  if (named === undefined) {
    return more.length === 0
      ? { uri: first }
      : page('The request names no redirect_uri, and several are registered.');
  }
  if (!client.redirectUris.includes(named)) {
    return page(
      "The redirect_uri of the request is not registered for this client. If you know it as the sender's own, register it:",
      `npm run client -- redirect ${client.id} --add <url>`,
    );
  }
  return { uri: named };
}

function page(reason: string, command?: string): AuthorizationRefusal {
  return { kind: 'page', reason, ...(command === undefined ? {} : { command }) };
}
