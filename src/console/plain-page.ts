import type { Response } from 'express';
import { html, type Html } from '../web/html.ts';
import { stylesheetPath } from './static-files.ts';

/** Sends a page without navigation, for people who are not signed in. */
export function sendPlainPage(
  response: Response,
  status: number,
  title: string,
  content: Html,
  { isReloading = false } = {},
): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          ${isReloading ? html`<meta http-equiv="refresh" content="0" />` : undefined}
          <title>${title} · Jet receiver</title>
          <link rel="icon" href="/console/icon.svg" />
          <link rel="stylesheet" href="${stylesheetPath}" />
        </head>
        <body class="plain">
          <main id="content">
            <h1>${title}</h1>
            ${content}
          </main>
        </body>
      </html>`.text,
  );
}
