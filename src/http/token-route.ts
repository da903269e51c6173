import { Router, type RequestHandler } from 'express';
import type { Issuer } from '../auth/issuer.ts';
import { OAuthError, readTokenRequest, type TokenRequest } from '../auth/token-request.ts';
import { callerAddress, callerNetwork } from '../auth/caller-address.ts';
import type { LimitedLog } from '../domain/limited-log.ts';
import { Problem } from '../web/problem.ts';
import { readBody } from '../web/read-body.ts';
import { requestIdOf } from '../web/request-id.ts';
import type { NoteRefusal } from './note-refusal.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';

export interface TokenDependencies {
  readonly issuer: Issuer;
  /** Counts a failure. Returns the wait for the caller, in milliseconds. */
  readonly countFailure: (...keys: readonly string[]) => number;
  readonly isStoreUnavailable: (error: unknown) => boolean;
  readonly noteRefusal: NoteRefusal;
  readonly log: LimitedLog;
}

export const tokenPath = '/oauth/token';
export const revokePath = '/oauth/revoke';

const tokenBodyBytesMax = 16 * 1024;
const refusedMessage = 'A token request was refused';

/** The token and revocation endpoints. Answers and errors follow RFC 6749 sections 5.1 and 5.2. */
export function tokenRoute(dependencies: TokenDependencies): Router {
  const router = Router();
  const { issuer } = dependencies;
  const issue = (request: TokenRequest): Promise<object> => issuer.issueToken(request);
  // RFC 7009 requires no body in the answer, but some clients read the answer as JSON.
  const revoke = (request: TokenRequest): Promise<object> => issuer.revokeToken(request).then(() => ({}));
  router.route(tokenPath).post(answerWith(issue, dependencies)).all(methodNotAllowed('POST'));
  router.route(revokePath).post(answerWith(revoke, dependencies)).all(methodNotAllowed('POST'));
  return router;
}

function answerWith(
  work: (request: TokenRequest) => Promise<object>,
  { countFailure, isStoreUnavailable, noteRefusal, log }: TokenDependencies,
): RequestHandler {
  return async (request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Pragma', 'no-cache');
    let named: string | undefined;
    try {
      const body = (await readBody(request, tokenBodyBytesMax)).toString('utf8');
      const { 'content-type': contentType, authorization } = request.headers;
      const tokenRequest = readTokenRequest(body, contentType, authorization);
      named = tokenRequest.parameters.client_id;
      response.end(JSON.stringify(await work(tokenRequest)));
    } catch (error) {
      if (isStoreUnavailable(error)) {
        const requestId = requestIdOf(request);
        log.error({ error, requestId }, 'A token request failed, because the store cannot be reached');
        response.setHeader('Retry-After', '5');
        answer(503, 'temporarily_unavailable', 'The server cannot reach its database now. Try again.');
      } else if (error instanceof Problem) {
        for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
        answer(error.status, 'invalid_request', error.detail);
      } else if (error instanceof OAuthError) {
        refuse(error);
      } else {
        throw error;
      }
    }

    function refuse(error: OAuthError): void {
      const { code, reason, clientId, status } = error;
      const address = callerAddress(request);
      const keys = throttleKeys(callerNetwork(request), named);
      const waitMs = code === 'invalid_client' ? countFailure(...keys) : 0;
      const credential = code === 'invalid_client' ? 'client secret' : undefined;
      const waits = waitMs > 0 ? { waitMs } : {};
      const requestId = requestIdOf(request);
      log.warn(
        { code, path: request.path, credential, reason, clientId, address, requestId, ...waits },
        refusedMessage,
      );
      if (waitMs > 0) {
        response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
        answer(429, 'slow_down', 'Too many attempts failed. Wait before the next attempt.');
        return;
      }
      if (status === 401 && error.usedBasic) {
        response.setHeader('WWW-Authenticate', 'Basic realm="jet-receiver"');
      }
      answer(status, code, error.message);
    }

    function answer(status: number, code: string, description: string): void {
      const credential = named !== undefined && request.headers.authorization === undefined;
      noteRefusal(request, { code, status, credential: credential ? 'body' : undefined });
      response.setHeader('X-Request-Id', requestIdOf(request));
      response.statusCode = status;
      response.end(JSON.stringify({ error: code, error_description: description }));
    }
  };
}

/** A failure counts for the network, and for the client id that the network used. */
function throttleKeys(network: string, clientId: string | undefined): string[] {
  return clientId === undefined ? [network] : [network, `${network} ${clientId.slice(0, 64)}`];
}
