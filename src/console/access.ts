import type { Request, RequestHandler, Response } from 'express';
import { Problem } from '../web/problem.ts';
import type { ConsoleSessions, Visit } from './console-sessions.ts';
import { ownPath, withQuery } from './own-link.ts';
import { html } from '../web/html.ts';
import { sendPlainPage } from './plain-page.ts';

export const signInPath = '/console/sign-in';

/** Lets only signed-in people pass. Others must sign in first, and then return to the requested page. */
export function requireVisit({ find }: ConsoleSessions): RequestHandler {
  return async (request, response, next) => {
    const visit = await find(request);
    if (visit !== undefined) {
      response.locals['visit'] = visit;
      next();
    } else if (request.accepts('html') === false || request.headers.accept === 'text/event-stream') {
      // A request of the script must not get the sign-in page as its data.
      throw new Problem('not_authenticated', 'The session has ended. Load the page again to sign in.');
    } else if (isReading(request) && request.headers['sec-fetch-site'] === 'cross-site') {
      // After a link on another site, the browser withholds the cookie. It sends the cookie when the page loads again.
      sendPlainPage(response, 200, 'One moment', html`<p>Loading the page …</p>`, { isReloading: true });
    } else {
      const to = isReading(request) ? request.originalUrl : pageOfForm(request);
      response.redirect(303, withQuery(signInPath, { to, ...(!isReading(request) && { lost: 'form' }) }));
    }
  };
}

/** The signed-in person who sent the request. */
export function visitOf(response: Response): Visit {
  return response.locals['visit'] as Visit;
}

/** Answers 403 to a viewer. */
export const operatorOnly: RequestHandler = (_request, response, next) => {
  if (visitOf(response).access === 'operator') next();
  else
    next(
      new Problem('not_allowed', 'A viewer can read and cannot change anything. Sign in as the operator.'),
    );
};

function isReading({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The page from which a form was sent. */
function pageOfForm(request: Request): string | undefined {
  const url = URL.parse(request.headers.referer ?? '');
  return url === null || url.host !== request.headers.host ? undefined : ownPath(url.pathname + url.search);
}
