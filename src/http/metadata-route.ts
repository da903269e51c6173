import { Router } from 'express';
import { grants } from '../auth/oauth-model.ts';
import { webhookScope } from '../auth/webhook-strategy.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { authorizePath } from './authorize-route.ts';
import { revokePath, tokenPath } from './token-route.ts';

export const metadataPath = '/.well-known/oauth-authorization-server';

/** Describes the issuer as RFC 8414 says. */
export function metadataRoute(issuerUrl: () => string): Router {
  const router = Router();
  router
    .route(metadataPath)
    .get((_request, response) => {
      const issuer = issuerUrl();
      response.json({
        issuer,
        authorization_endpoint: `${issuer}${authorizePath}`,
        token_endpoint: `${issuer}${tokenPath}`,
        revocation_endpoint: `${issuer}${revokePath}`,
        scopes_supported: [webhookScope],
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: grants,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
      });
    })
    .all(methodNotAllowed('GET'));
  return router;
}
