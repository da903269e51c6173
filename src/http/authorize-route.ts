import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { PassportStatic } from 'passport';
import {
  isRefusal,
  readAuthorizationRequest,
  redirectWith,
  type AuthorizationRefusal,
  type AuthorizationRequest,
} from '../auth/authorization-request.ts';
import { SignInBusy } from '../auth/operator-sign-in.ts';
import type { Log } from '../domain/log.ts';
import type { OAuthClientRow } from '../store/oauth-rows.ts';
import { consentForm, refusalPage, signInForm } from './authorize-pages.ts';
import { methodNotAllowed } from './fallbacks.ts';
import { sendPage, sendStyle, stylePath } from './page.ts';
import { readBody } from './read-body.ts';
import { csrfToken, requireOwnForm, useSessions, type SessionDependencies } from './session.ts';

export interface AuthorizeDependencies extends SessionDependencies {
  readonly passport: PassportStatic;
  readonly readClient: (id: string) => Promise<OAuthClientRow | undefined>;
  /** Notes that a person approved, and answers the code. */
  readonly approve: (request: AuthorizationRequest) => Promise<string>;
  /** Answers how long to tell the caller to wait, in milliseconds. */
  readonly countFailure: (...keys: readonly string[]) => number;
  /** Who issues: the value of `iss` (RFC 9207). */
  readonly issuerUrl: () => string;
  readonly log: Log;
}

export const authorizePath = '/oauth/authorize';

const formBytesMax = 16 * 1024;

/** The authorization endpoint (RFC 6749 section 3.1): a person signs in, and approves or refuses the client. */
export function authorizeRoute(dependencies: AuthorizeDependencies): Router {
  const router = Router();
  router.route(stylePath).get(sendStyle).all(methodNotAllowed('GET'));
  router
    .route(authorizePath)
    .get(useSessions(dependencies), dependencies.passport.session() as RequestHandler, showForm(dependencies))
    .post(
      useSessions(dependencies),
      readForm,
      dependencies.passport.session() as RequestHandler,
      takeForm(dependencies),
    )
    .all(methodNotAllowed('GET', 'POST'));
  return router;
}

/** The request stays in the query throughout: the forms post to the same address. */
async function readRequest(
  request: Request,
  { readClient }: AuthorizeDependencies,
): Promise<AuthorizationRequest | AuthorizationRefusal> {
  const { search } = new URL(request.originalUrl, 'http://localhost');
  return readAuthorizationRequest(new URLSearchParams(search), readClient);
}

const readForm: RequestHandler = async (request, _response, next) => {
  const form = new URLSearchParams((await readBody(request, formBytesMax)).toString('utf8'));
  request.body = Object.fromEntries(form);
  next();
};

function showForm(dependencies: AuthorizeDependencies): RequestHandler {
  return async (request, response) => {
    const asked = await readRequest(request, dependencies);
    if (isRefusal(asked)) refuse(response, asked, dependencies);
    else showPage(request, response, asked, dependencies);
  };
}

function takeForm(dependencies: AuthorizeDependencies): RequestHandler {
  return async (request, response, next) => {
    const { csrf, step } = request.body as Record<string, string | undefined>;
    requireOwnForm(request, csrf, dependencies.secretKey, dependencies.publicUrl);
    const asked = await readRequest(request, dependencies);
    if (isRefusal(asked)) {
      refuse(response, asked, dependencies);
    } else if (step === 'sign-in') {
      signIn(request, response, next, asked, dependencies);
    } else if (!request.isAuthenticated()) {
      showPage(request, response, asked, dependencies);
    } else if (step === 'approve') {
      const code = await dependencies.approve(asked);
      dependencies.log.info({ clientId: asked.client.id }, 'The operator approved a client');
      sendBack(response, asked.redirectUri, { code, state: asked.state }, dependencies);
    } else {
      dependencies.log.info({ clientId: asked.client.id }, 'The operator refused a client');
      const { redirectUri, state } = asked;
      sendBack(response, redirectUri, { error: 'access_denied', state }, dependencies);
    }
  };
}

function signIn(
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
  asked: AuthorizationRequest,
  dependencies: AuthorizeDependencies,
): void {
  const answer = (error: unknown, operator: Express.User | false | null | undefined): void => {
    if (error instanceof SignInBusy) {
      response.setHeader('Retry-After', '5');
      showPage(request, response, asked, dependencies, {
        status: 429,
        fault: 'The server is busy. Try again in a moment.',
      });
    } else if (error) {
      next(error);
    } else if (operator) {
      // Passport gives the session a new id here, so that one planted before is worth nothing.
      request.logIn(operator, (failure: unknown) => {
        if (failure) next(failure);
        else response.redirect(303, request.originalUrl);
      });
    } else {
      refuseSignIn(request, response, asked, dependencies);
    }
  };
  void (dependencies.passport.authenticate('local', answer) as RequestHandler)(request, response, next);
}

function refuseSignIn(
  request: Request,
  response: Response,
  asked: AuthorizationRequest,
  dependencies: AuthorizeDependencies,
): void {
  const waitMs = dependencies.countFailure(`sign-in ${request.ip ?? 'unknown'}`);
  dependencies.log.warn({ waitMs }, 'A sign-in failed: the password was wrong');
  if (waitMs > 0) response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
  showPage(request, response, asked, dependencies, {
    status: waitMs > 0 ? 429 : 401,
    fault:
      waitMs > 0
        ? `That is not the password. Wait ${Math.ceil(waitMs / 1000)} seconds before the next try.`
        : 'That is not the password.',
  });
}

function showPage(
  request: Request,
  response: Response,
  asked: AuthorizationRequest,
  { secretKey }: AuthorizeDependencies,
  trouble?: { status: number; fault: string },
): void {
  // The form's token belongs to a session, so there is one from the first page on.
  (request.session as { opened?: boolean }).opened = true;
  const csrf = csrfToken(request, secretKey);
  const target = new URL(asked.redirectUri).origin;
  if (request.isAuthenticated()) {
    sendPage(response, 200, `Let ${asked.client.name} send call data?`, consentForm(asked, csrf), [target]);
  } else {
    sendPage(response, trouble?.status ?? 200, 'Sign in', signInForm(asked, csrf, trouble?.fault), [target]);
  }
}

function refuse(
  response: Response,
  refusal: AuthorizationRefusal,
  dependencies: AuthorizeDependencies,
): void {
  dependencies.log.warn({ reason: refusal.reason }, 'An authorization request was refused');
  if (refusal.kind === 'page') {
    sendPage(response, 400, 'This request cannot be approved', refusalPage(refusal.reason));
    return;
  }
  const { redirectUri, state, error, reason } = refusal;
  sendBack(response, redirectUri, { error, error_description: reason, state }, dependencies);
}

function sendBack(
  response: Response,
  redirectUri: string,
  answer: Readonly<Record<string, string | undefined>>,
  { issuerUrl }: AuthorizeDependencies,
): void {
  response.setHeader('Cache-Control', 'no-store');
  response.redirect(303, redirectWith(redirectUri, { ...answer, iss: issuerUrl() }));
}
