import type { Request } from 'express';
import { Problem } from './problem.ts';

/**
 * True when the browser says that a form came from a page of another site.
 *
 * @param publicUrl the address that browsers use; without it, the requested host counts
 */
export function isFromElsewhere(request: Request, publicUrl?: string): boolean {
  const { origin, 'sec-fetch-site': site, host } = request.headers;
  const own = publicUrl === undefined ? `${request.protocol}://${host ?? ''}` : new URL(publicUrl).origin;
  return (
    (origin !== undefined && origin !== own) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none')
  );
}

/** The refusal of a form that did not come from one of our pages. */
export function notOwnForm(): Problem {
  return new Problem(
    'not_allowed',
    'The form came from another site, its page is too old, or the browser refuses cookies.',
  );
}
