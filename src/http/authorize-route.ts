import { Router, type Request, type RequestHandler, type Response } from 'express';
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
import type { OAuthClientRow } from '../store/oauth/oauth-rows.ts';
import { consentForm, refusalPage, signInForm } from './authorize-pages.ts';
import { sameAddress, searchOf, showTrouble, type TroubleDependencies } from './authorize-trouble.ts';
import { describeRefusedSignIn } from '../web/password-form.ts';
import { sendPage, sendStyle, stylePath } from '../web/page.ts';
import { readBody } from '../web/read-body.ts';
import {
  csrfToken,
  endSession,
  requireOwnForm,
  useSessions,
  type SessionDependencies,
} from '../web/session.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';

export interface AuthorizeDependencies extends SessionDependencies, TroubleDependencies {
  readonly passport: PassportStatic;
  readonly readClient: (id: string) => Promise<OAuthClientRow | undefined>;
  /** Stores the approval of a person and returns the authorization code. */
  readonly approve: (request: AuthorizationRequest) => Promise<string>;
  readonly devices: DeviceCookies;
  readonly throttle: FailureThrottle;
  /** The issuer's address, as in the parameter `iss` (RFC 9207). */
  readonly issuerUrl: () => string;
  /** Keeps a redirect URI that is not registered, so that the operator can register it. */
  readonly noteAskedRedirect: (clientId: string, uri: string) => void;
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
    if (isRefusal(asked)) refuse(request, response, asked, dependencies);
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
      refuse(request, response, asked, dependencies);
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
  const { fault, logged } = describeRefusedSignIn(isBlocked, waitMs);
  const refusal =
    waitMs > 0
      ? ({ code: 'too_many_failures', status: 429 } as const)
      : ({ code: 'not_authenticated', status: 401 } as const);
  const { code, requestId } = dependencies.noteRefusal(request, { ...refusal, credential: 'body' });
  dependencies.log.warn(
    {
      ...{ code, path: authorizePath, credential: 'console password' },
      ...{ address: callerAddress(request), requestId, waitMs },
    },
    logged,
  );
  if (waitMs > 0) response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
  showPage(request, response, asked, dependencies, {
    status: refusal.status,
    fault,
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
  request: Request,
  response: Response,
  refusal: AuthorizationRefusal,
  dependencies: AuthorizeDependencies,
): void {
  const { reason } = refusal;
  const [code, status] = refusal.kind === 'page' ? [refusal.code, 400] : [refusal.error, 303];
  const { address, requestId } = dependencies.noteRefusal(request, { code, status });
  const remedy = refusal.kind === 'page' && refusal.command !== undefined ? { remedy: refusal.command } : {};
  dependencies.log.warn(
    { reason, code, address, requestId, ...remedy },
    'An authorization request was refused',
  );
  if (refusal.kind === 'page') {
    const { asked } = refusal;
    if (asked !== undefined) dependencies.noteAskedRedirect(asked.clientId, asked.uri);
    sendPage(response, 400, 'This request cannot be approved', refusalPage(refusal, requestId));
    return;
  }
  const { redirectUri, state, error } = refusal;
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
