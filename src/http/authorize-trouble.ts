import type { ErrorRequestHandler, Request } from 'express';
import type { LimitedLog } from '../domain/limited-log.ts';
import { sendPage } from '../web/page.ts';
import { Problem } from '../web/problem.ts';
import { requestIdOf } from '../web/request-id.ts';
import { troublePage } from './authorize-pages.ts';
import type { NoteRefusal } from './note-refusal.ts';

export interface TroubleDependencies {
  readonly isStoreUnavailable: (error: unknown) => boolean;
  readonly noteRefusal: NoteRefusal;
  readonly log: LimitedLog;
}

/** Shows problems as a page instead of JSON, because a person reads them. */
export function showTrouble({
  isStoreUnavailable,
  noteRefusal,
  log,
}: TroubleDependencies): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const away = isStoreUnavailable(error);
    if (
      response.headersSent ||
      !(away || (error instanceof Problem && error.code !== 'method_not_allowed'))
    ) {
      next(error);
      return;
    }
    const requestId = requestIdOf(request);
    const { code, status } = away ? { code: 'store_unavailable', status: 503 } : (error as Problem);
    const facts = noteRefusal(request, { code, status });
    if (away) log.error({ error, requestId }, 'The sign-in page failed, because the store cannot be reached');
    else log.warn({ reason: (error as Problem).detail, ...facts }, 'A form was refused');
    const headers = away ? { 'Retry-After': '5' } : (error as Problem).headers;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const trouble = away ? 'The server cannot reach its database now.' : (error as Problem).detail;
    sendPage(response, status, 'That did not work', troublePage(trouble, sameAddress(request), requestId));
  };
}

/** A link to the request's own address. It is relative, so it works behind a proxy that removes a part of the path. */
export function sameAddress(request: Request): string {
  return searchOf(request) || '?';
}

/** The query with its question mark. Cut from the text, because the request's target may hold a host that `URL` rejects. */
export function searchOf({ originalUrl }: Request): string {
  return /^[^?#]*(\?[^#]*)?/.exec(originalUrl)?.[1] ?? '';
}
