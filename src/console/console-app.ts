import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { LimitedLog } from '../domain/limited-log.ts';
import { html } from '../web/html.ts';
import { Problem, problemCodes } from '../web/problem.ts';
import { requireVisit, visitOf } from './access.ts';
import { alivePath } from './alive.ts';
import type { Area } from './area.ts';
import { framePages, sendConsolePage } from './console-page.ts';
import { sendPlainPage } from './plain-page.ts';
import { signInRoutes, type SignInDependencies } from './sign-in.ts';
import { staticFiles } from './static-files.ts';

export interface ConsoleDependencies extends SignInDependencies {
  /** In the order of the navigation. */
  readonly areas: readonly Area[];
  readonly trustProxy: number | readonly string[] | undefined;
  /** True for an error that says that the store does not answer. */
  readonly isStoreUnavailable: (error: unknown) => boolean;
  readonly isClosing: () => boolean;
  readonly log: LimitedLog;
}

/** Makes the Express app of the console. It has its own listener, so that no proxy exposes it by accident. */
export function createConsoleApp(dependencies: ConsoleDependencies): Express {
  const { areas, sessions, notices, isClosing } = dependencies;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', dependencies.trustProxy ?? false);
  app.use(protectPages);
  app.use((_request, response, next) => {
    if (isClosing()) response.setHeader('Connection', 'close');
    next();
  });
  app.get('/', (_request, response) => response.redirect(303, '/console'));
  app.get(alivePath, (_request, response) => void response.json({ console: 'jet-receiver' }));
  app.use(staticFiles());
  app.use(signInRoutes(dependencies));
  app.use(requireVisit(sessions));
  app.use(framePages(areas, notices));
  for (const { router } of areas) app.use(router);
  app.use(() => {
    throw new Problem('not_found', 'There is no such page. The call, client or job may have been removed.');
  });
  app.use(showProblem(dependencies));
  return app;
}

/** Browsers must not keep, frame or index a page, and must load nothing from elsewhere. */
const protectPages: RequestHandler = (_request, response, next) => {
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('X-Robots-Tag', 'noindex, nofollow');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  // Not no-referrer, because a browser then sends "Origin: null" with the form.
  response.setHeader('Referrer-Policy', 'same-origin');
  next();
};

/** Shows every error as a page. The page shows nothing of an unexpected error. */
function showProblem({ isStoreUnavailable, log }: ConsoleDependencies): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const problem = asProblem(error, isStoreUnavailable(error));
    if (problem.status >= 500)
      log.error({ error: problem.cause ?? problem, code: problem.code }, `A page failed: ${problem.code}`);
    if (response.headersSent) {
      next(error);
      return;
    }
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    const { status, title } = problemCodes[problem.code];
    const content = html`<p role="alert">${problem.detail}</p>
      <p><a href="/console">Go to the overview</a></p>`;
    if ((visitOf(response) as unknown) === undefined) sendPlainPage(response, status, title, content);
    else sendConsolePage(response, { title, content, status });
  };
}

function asProblem(error: unknown, isStoreUnavailable: boolean): Problem {
  if (error instanceof Problem) return error;
  if (isStoreUnavailable)
    return new Problem(
      'store_unavailable',
      'The server cannot reach its database now. Load the page again soon.',
      {
        headers: { 'Retry-After': '5' },
        cause: error,
      },
    );
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem('bad_request', 'The address of the page cannot be read.', { cause: error });
  return new Problem('internal', 'The server failed. The reason is in its log.', { cause: error });
}
