import { Router, type Request, type RequestHandler, type Response } from 'express';
import { callerAddress, callerNetwork } from '../auth/caller-address.ts';
import type { Access, ConsolePasswords } from '../auth/console-passwords.ts';
import type { DeviceCookies } from '../auth/device-cookie.ts';
import type { FailureThrottle } from '../auth/failure-throttle.ts';
import { SignInBusy } from '../auth/sign-in-queue.ts';
import type { LimitedLog } from '../domain/limited-log.ts';
import { recordAudit } from '../store/lookup/audit.ts';
import { html, type Html } from '../web/html.ts';
import { methodNotAllowed } from '../web/method-not-allowed.ts';
import { describeRefusedSignIn, passwordFault, passwordFields } from '../web/password-form.ts';
import { signInPath } from './access.ts';
import { ownPath, withQuery } from './own-link.ts';
import { sendPlainPage } from './plain-page.ts';
import { readOwnForm, type FormDependencies } from './post-form.ts';

export interface SignInDependencies extends FormDependencies {
  readonly passwords: ConsolePasswords;
  readonly devices: DeviceCookies;
  readonly throttle: FailureThrottle;
  readonly log: LimitedLog;
}

/** Sign-in and sign-out. */
export function signInRoutes(dependencies: SignInDependencies): Router {
  const router = Router();
  const { sessions, store, clock, log } = dependencies;
  const show: RequestHandler = async (request, response) => {
    if ((await sessions.find(request)) !== undefined) response.redirect(303, pathAfter(request));
    else showForm(request, response, dependencies);
  };
  router
    .route(signInPath)
    .get(show)
    .post((request, response) => takePassword(request, response, dependencies))
    .all(methodNotAllowed('GET', 'POST'));
  router
    .route('/console/sign-out')
    .post(async (request, response) => {
      const visit = await sessions.find(request);
      await readOwnForm(request, sessions);
      await sessions.end(request, response);
      if (visit !== undefined) {
        await recordAudit(store, { who: visit.access, what: 'signed out' }, clock());
        log.info({ address: callerAddress(request) }, `The ${visit.access} signed out of the console`);
      }
      response.redirect(303, signInPath);
    })
    .all(methodNotAllowed('POST'));
  return router;
}

/** The page to show after the sign-in. */
function pathAfter({ query }: Request): string {
  const { to } = query;
  return ownPath(typeof to === 'string' ? to : undefined) ?? '/console';
}

async function takePassword(
  request: Request,
  response: Response,
  dependencies: SignInDependencies,
): Promise<void> {
  const { sessions, devices, throttle, store, clock, log } = dependencies;
  const form = await readOwnForm(request, sessions);
  const password = form.get('password') ?? '';
  const { key } = devices.placeOf(request);
  if (password === '' || throttle.blockedMs(key) > 0) {
    refuse(request, response, dependencies);
    return;
  }
  let found: { access: Access; fingerprint: string } | undefined;
  try {
    found = await check(password, request, dependencies);
  } catch (error) {
    if (!(error instanceof SignInBusy)) throw error;
    response.setHeader('Retry-After', '5');
    const fault = 'The server is busy. Try again in a moment.';
    showForm(request, response, dependencies, { status: 429, fault });
    return;
  }
  if (found === undefined) {
    refuse(request, response, dependencies);
    return;
  }
  throttle.succeed(callerNetwork(request));
  await sessions.open(request, response, found.access, found.fingerprint);
  response.cookie(...devices.create());
  await recordAudit(store, { who: found.access, what: 'signed in' }, clock());
  log.info({ address: callerAddress(request) }, `The ${found.access} signed in to the console`);
  response.redirect(303, pathAfter(request));
}

async function check(
  password: string,
  request: Request,
  { passwords, devices }: SignInDependencies,
): Promise<{ access: Access; fingerprint: string } | undefined> {
  const viewer = passwords.checkViewer(password);
  if (viewer !== undefined) return { access: 'viewer', fingerprint: viewer };
  const operator = await passwords.checkOperator(password, devices.placeOf(request));
  return operator === undefined ? undefined : { access: 'operator', fingerprint: operator };
}

function refuse(request: Request, response: Response, dependencies: SignInDependencies): void {
  const { devices, throttle, log } = dependencies;
  const { key } = devices.placeOf(request);
  const isBlocked = throttle.blockedMs(key) > 0;
  const waitMs = throttle.fail(key);
  const { fault, logged } = describeRefusedSignIn(isBlocked, waitMs);
  log.warn(
    {
      ...{ code: waitMs > 0 ? 'too_many_failures' : 'not_authenticated', path: signInPath },
      ...{ credential: 'console password', address: callerAddress(request), waitMs },
    },
    logged,
  );
  if (waitMs > 0) response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
  showForm(request, response, dependencies, {
    status: waitMs > 0 ? 429 : 401,
    fault,
  });
}

function showForm(
  request: Request,
  response: Response,
  { sessions }: SignInDependencies,
  { status = 200, fault }: { status?: number; fault?: string } = {},
): void {
  const token = sessions.signInToken(request, response);
  const lost = request.query['lost'] === 'form' && fault === undefined;
  // The address of the form is relative, so the query keeps the page to return to.
  const action = withQuery(signInPath, { to: pathAfter(request) });
  sendPlainPage(response, status, 'Sign in', signInForm(token, action, lost, fault));
}

function signInForm(token: string, action: string, lost: boolean, fault: string | undefined): Html {
  return html`<p>The operator console of this receiver.</p>
    ${lost ? html`<p role="status">Your session has ended, so the form was not sent. Sign in and send it again.</p>` : undefined}
    ${passwordFault(fault)}
    <form method="post" action="${action}">
      <input type="hidden" name="token" value="${token}" />
      ${passwordFields(fault)}
      <button>Sign in</button>
    </form>`;
}
