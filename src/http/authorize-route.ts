import { Router, type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import type { PassportStatic } from 'passport';
import {
  isRefusal,
  readAuthorizationRequest,
  redirectWith,
  type AuthorizationRefusal,
  type AuthorizationRequest,
} from '../auth/authorization-request.ts';
import type { DeviceCookies } from '../auth/device-cookie.ts';
import type { FailureThrottle } from '../auth/failure-throttle.ts';
import { SignInBusy } from '../auth/sign-in-queue.ts';
import { callerAddress, callerNetwork } from '../auth/caller-address.ts';
import type { LimitedLog } from '../domain/limited-log.ts';
import type { OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import { consentForm, refusalPage, signInForm, troublePage } from './authorize-pages.ts';
import { sendPage, sendStyle, stylePath } from '../web/page.ts';
import { Problem } from '../web/problem.ts';
import { readBody } from '../web/read-body.ts';
import { waitText } from '../web/wait-text.ts';
import {
  csrfToken,
  endSession,
  requireOwnForm,
  useSessions,
  type SessionDependencies,
} from '../web/session.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';

export interface AuthorizeDependencies extends SessionDependencies {
  readonly passport: PassportStatic;
  readonly readClient: (id: string) => Promise<OAuthClientRow | undefined>;
  /** Stores the approval of a person and returns the authorization code. */
  readonly approve: (request: AuthorizationRequest) => Promise<string>;
  readonly devices: DeviceCookies;
  readonly throttle: FailureThrottle;
  /** The issuer's address, as in the parameter `iss` (RFC 9207). */
  readonly issuerUrl: () => string;
  readonly isStoreAway: (error: unknown) => boolean;
  readonly log: LimitedLog;
}

export const authorizePath = '/oauth/authorize';

const formBytesMax = 16 * 1024;

/** The authorization endpoint (RFC 6749 section 3.1): a person signs in, and approves or refuses the client. */
export function authorizeRoute(dependencies: AuthorizeDependencies): Router {
  const router = Router();
  // A client may open this page in a new window. Its callback must be able to reach the window that opened it.
  router.use(authorizePath, (_request, response, next) => {
    response.removeHeader('Cross-Origin-Opener-Policy');
    next();
  });
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
  router.use(authorizePath, showTrouble(dependencies));
  return router;
}

/** Shows problems as a page instead of JSON, because a person reads them. */
function showTrouble({ isStoreAway, log }: AuthorizeDependencies): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const away = isStoreAway(error);
    if (
      response.headersSent ||
      !(away || (error instanceof Problem && error.code !== 'method_not_allowed'))
    ) {
      next(error);
      return;
    }
    if (away) log.error({ error }, 'The sign-in page failed, because the store cannot be reached');
    else
      log.warn({ reason: (error as Problem).detail, address: callerAddress(request) }, 'A form was refused');
    const headers = away ? { 'Retry-After': '5' } : (error as Problem).headers;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const trouble = away ? 'The server cannot reach its database now.' : (error as Problem).detail;
    sendPage(
      response,
      away ? 503 : (error as Problem).status,
      'That did not work',
      troublePage(trouble, sameAddress(request)),
    );
  };
}

/** A link to the request's own address. It is relative, so it works behind a proxy that removes a part of the path. */
function sameAddress(request: Request): string {
  return searchOf(request) || '?';
}

/** The query with its question mark. Cut from the text, because the request's target may hold a host that `URL` rejects. */
function searchOf({ originalUrl }: Request): string {
  return /^[^?#]*(\?[^#]*)?/.exec(originalUrl)?.[1] ?? '';
}

/** Reads the authorization request from the query. The forms post to the same address, so it is always there. */
async function readRequest(
  request: Request,
  { readClient }: AuthorizeDependencies,
): Promise<AuthorizationRequest | AuthorizationRefusal> {
  return readAuthorizationRequest(new URLSearchParams(searchOf(request)), readClient);
}

const readForm: RequestHandler = async (request, _response, next) => {
  const form = new URLSearchParams((await readBody(request, formBytesMax)).toString('utf8'));
  request.body = Object.fromEntries(form);
  next();
};

function showForm(dependencies: AuthorizeDependencies): RequestHandler {
  return async (request, response) => {
    const asked = await readRequest(request, dependencies);
    if (isRefusal(asked)) refuse(response, asked, callerAddress(request), dependencies);
    else showPage(request, response, asked, dependencies);
  };
}

function takeForm(dependencies: AuthorizeDependencies): RequestHandler {
  return async (request, response, next) => {
    const { csrf, step, password } = request.body as Record<string, string | undefined>;
    requireOwnForm(request, csrf, dependencies.secretKeys, dependencies.publicUrl);
    if (step === 'sign-out') {
      await signOut(request, response, dependencies);
      return;
    }
    const asked = await readRequest(request, dependencies);
    if (isRefusal(asked)) {
      refuse(response, asked, callerAddress(request), dependencies);
    } else if (step === 'sign-in') {
      // Check for the password here: passport would also search the query, which ends up in logs.
      if (password) signIn(request, response, next, asked, dependencies);
      else refuseSignIn(request, response, asked, dependencies);
    } else if (!request.isAuthenticated()) {
      showPage(request, response, asked, dependencies);
    } else if (step === 'approve') {
      const code = await dependencies.approve(asked);
      dependencies.log.info(
        { clientId: asked.client.id, host: hostOf(asked) },
        'The operator approved a client',
      );
      sendBack(response, asked.redirectUri, { code, state: asked.state }, dependencies);
    } else {
      dependencies.log.info(
        { clientId: asked.client.id, host: hostOf(asked) },
        'The operator refused a client',
      );
      const { redirectUri, state } = asked;
      sendBack(response, redirectUri, { error: 'access_denied', state }, dependencies);
    }
  };
}

function hostOf({ redirectUri }: AuthorizationRequest): string {
  return new URL(redirectUri).host;
}

function signIn(
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
  asked: AuthorizationRequest,
  dependencies: AuthorizeDependencies,
): void {
  const { throttle, devices } = dependencies;
  const { key } = devices.placeOf(request);
  if (throttle.blockedMs(key) > 0) {
    refuseSignIn(request, response, asked, dependencies);
    return;
  }
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
      // Passport gives the session a new id here, so that an id planted before the sign-in is worthless.
      request.logIn(operator, (failure: unknown) => {
        if (failure) {
          next(failure);
          return;
        }
        throttle.succeed(callerNetwork(request));
        response.cookie(...devices.create());
        response.redirect(303, sameAddress(request));
      });
    } else {
      refuseSignIn(request, response, asked, dependencies);
    }
  };
  void (dependencies.passport.authenticate('local', answer) as RequestHandler)(request, response, next);
}

/** Ends the session and redirects to the same address, which then shows the sign-in form. */
async function signOut(
  request: Request,
  response: Response,
  { publicUrl, log }: AuthorizeDependencies,
): Promise<void> {
  const wasSignedIn = request.isAuthenticated();
  await endSession(request, response, publicUrl);
  if (wasSignedIn) log.info({ address: callerAddress(request) }, 'The operator signed out');
  response.redirect(303, sameAddress(request));
}

function refuseSignIn(
  request: Request,
  response: Response,
  asked: AuthorizationRequest,
  dependencies: AuthorizeDependencies,
): void {
  const { key } = dependencies.devices.placeOf(request);
  const isBlocked = dependencies.throttle.blockedMs(key) > 0;
  const waitMs = dependencies.throttle.fail(key);
  dependencies.log.warn(
    {
      ...{ code: waitMs > 0 ? 'too_many_failures' : 'not_authenticated', path: authorizePath },
      ...{ credential: 'console password', address: callerAddress(request), waitMs },
    },
    isBlocked
      ? 'A sign-in was refused without checking the password, because too many sign-ins failed before it'
      : 'A sign-in failed, because the password was wrong',
  );
  if (waitMs > 0) response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
  showPage(request, response, asked, dependencies, {
    status: waitMs > 0 ? 429 : 401,
    fault: isBlocked
      ? `Too many sign-ins failed, so the password was not checked. Wait ${waitText(waitMs)} before the next try.`
      : waitMs > 0
        ? `The password is wrong. Wait ${waitText(waitMs)} before the next try.`
        : 'The password is wrong.',
  });
}

function showPage(
  request: Request,
  response: Response,
  asked: AuthorizationRequest,
  { secretKeys }: AuthorizeDependencies,
  trouble?: { status: number; fault: string },
): void {
  // The form's token belongs to a session, so a session exists from the first page on.
  (request.session as { opened?: boolean }).opened = true;
  const csrf = csrfToken(request, secretKeys.present);
  if (request.isAuthenticated()) {
    // Chromium applies the page's form-action policy to every redirect after a form. The client may redirect the person
    // further to any page of its own, so every https address is allowed.
    const targets = [new URL(asked.redirectUri).origin, 'https:'];
    sendPage(response, 200, `Let ${asked.client.name} send call data?`, consentForm(asked, csrf), targets);
  } else {
    sendPage(response, trouble?.status ?? 200, 'Sign in', signInForm(asked, csrf, trouble?.fault));
  }
}

function refuse(
  response: Response,
  refusal: AuthorizationRefusal,
  address: string,
  dependencies: AuthorizeDependencies,
): void {
  dependencies.log.warn({ reason: refusal.reason, address }, 'An authorization request was refused');
  if (refusal.kind === 'page') {
    sendPage(response, 400, 'This request cannot be approved', refusalPage(refusal.reason, refusal.command));
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
