import { createHash } from 'node:crypto';
import { Router } from 'express';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

// The address contains a hash of the content. So a browser can cache a file for ever, and still gets a new version at
// once.
const markOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

export const stylesheetPath = `/console/style.css?${markOf(pageStyle)}`;
export const scriptPath = `/console/script.js?${markOf(pageScript)}`;

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0b4f9e"/><path d="M4 9.5h2l1.5-4 2 6 1.2-2H13" fill="none" stroke="#fff" stroke-width="1.5"/></svg>';

/** The style and the script of the pages. They hold nothing private. */
export function staticFiles(): Router {
  const router = Router();
  for (const [path, type, text] of [
    ['/console/style.css', 'text/css', pageStyle],
    ['/console/script.js', 'text/javascript', pageScript],
    ['/console/icon.svg', 'image/svg+xml', icon],
  ] as const) {
    router.get(path, (_request, response) => {
      response.setHeader('Content-Type', `${type}; charset=utf-8`);
      response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
      response.end(text);
    });
  }
  return router;
}
