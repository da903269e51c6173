import type { Response } from 'express';
import { html, type Html } from '../web/html.ts';
import { sendDocument } from '../web/send-document.ts';
import { stylesheetPath } from './static-files.ts';

/** Sends a page without navigation, for people who are not signed in. */
export function sendPlainPage(
  response: Response,
  status: number,
  title: string,
  content: Html,
  { isReloading = false } = {},
): void {
  sendDocument(response, status, {
    title: `${title} · Jet receiver`,
    head: html`${isReloading ? html`<meta http-equiv="refresh" content="0" />` : undefined}
      <link rel="icon" href="/console/icon.svg" />
      <link rel="stylesheet" href="${stylesheetPath}" />`,
    body: html`<body class="plain">
      <main id="content">
        <h1>${title}</h1>
        ${content}
      </main>
    </body>`,
  });
}
