import type { Answer } from './answer.ts';
import { ApiError } from './api-error.ts';
import type { Portal } from './portal/portal.ts';
import { writingKinds } from './request-kind.ts';
import type { Route } from './route.ts';

/** The access of a client: a token and its scopes. */
export interface Access {
  token: string | undefined;
  /** Undefined: every scope. */
  scopes: Set<string> | undefined;
}

/** Every scope that the API uses. */
export const everyScope: readonly string[] = [
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.owners.read',
  'crm.schemas.contacts.read',
  'crm.schemas.contacts.write',
  'crm.schemas.companies.read',
  'crm.schemas.companies.write',
];

/**
 * Checks the access of a request.
 * @throws ApiError 401, or 403 that names the missing scopes
 */
export function checkAccess(
  { token, scopes }: Access,
  authorization: string | undefined,
  route: Route,
): void {
  if (token === undefined || authorization !== `Bearer ${token}`)
    throw new ApiError(
      401,
      'INVALID_AUTHENTICATION',
      'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
    );
  const missing = neededScopes(route).filter((scope) => scopes !== undefined && !scopes.has(scope));
  if (missing.length > 0)
    throw new ApiError(
      403,
      'MISSING_SCOPES',
      "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
      {
        errors: [
          {
            message: 'One or more of the following scopes are required.',
            context: { requiredGranularScopes: missing },
          },
        ],
      },
    );
}

/** `POST /oauth/v2/private-apps/get/access-token-info`: describes only tokens of private apps. */
export function tokenInfo({ token, scopes }: Access, body: unknown, { options }: Portal): Answer {
  const { tokenKey } = (body ?? {}) as { tokenKey?: unknown };
  if (options.tokenKind === 'service key' || tokenKey !== token)
    return { status: 400, body: new ApiError(400, 'VALIDATION_ERROR', 'The token is not known').body };
  return {
    status: 200,
    body: { userId: 1, hubId: 24_680_135, appId: 7, scopes: [...(scopes ?? everyScope)] },
  };
}

/** Calls use the scopes of contacts: the published specification names no others. */
function neededScopes({ kind, type, toType }: Route): string[] {
  const verb = writingKinds.includes(kind) ? 'write' : 'read';
  switch (kind.split('.')[0]) {
    case 'properties':
    case 'groups':
      return [`crm.schemas.${type === 'companies' ? 'companies' : 'contacts'}.${verb}`];
    case 'owners':
      return ['crm.objects.owners.read'];
    case 'account':
    case 'token-info':
    case 'elsewhere':
    case 'unknown':
      return [];
    default: {
      const objects = [type, toType].map((object) => (object === 'companies' ? 'companies' : 'contacts'));
      const named = toType === undefined ? objects.slice(0, 1) : objects;
      return [...new Set(named)].map((object) => `crm.objects.${object}.${verb}`);
    }
  }
}
